"""The name under which configurations of courses begun earlier hold kata.classroom.nbgrader.markdown."""

from kata.classroom.nbgrader.markdown import markdown2html

__all__ = ["markdown2html"]
