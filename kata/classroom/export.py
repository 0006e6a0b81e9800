"""The name under which configurations of courses begun earlier hold kata.classroom.nbgrader.export."""

from kata.classroom.nbgrader.export import Canvas, Grades, Moodle

__all__ = ["Canvas", "Grades", "Moodle"]
