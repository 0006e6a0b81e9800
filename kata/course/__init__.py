"""Exercises as they lie on the disk: the catalog of a course, solutions, graders' texts, known answers, recordings."""

from kata.course.catalog import COURSE_FILE, OWN, STARTED, Course, Defaults, Exercise, Track, Written

__all__ = ["COURSE_FILE", "OWN", "STARTED", "Course", "Defaults", "Exercise", "Track", "Written"]
