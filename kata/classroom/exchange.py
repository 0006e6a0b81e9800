"""The name under which configurations of courses begun earlier hold kata.classroom.nbgrader.collect."""

from kata.classroom.nbgrader.collect import Collect

__all__ = ["Collect"]
