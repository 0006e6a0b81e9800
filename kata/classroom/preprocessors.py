"""The name under which configurations of courses begun earlier hold kata.classroom.nbgrader.preprocessors."""

from kata.classroom.nbgrader.preprocessors import Graft, JudgeCells, SubmissionExporter

__all__ = ["Graft", "JudgeCells", "SubmissionExporter"]
