"""Grading an exercise's own variants: the reference, other right answers, known mistakes, mutants."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from kata.course import Exercise
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.verdict import ExerciseVerdict


def load_grader(exercise: Exercise) -> ModuleType:
    """The grader's module, for what it declares."""
    spec = importlib.util.spec_from_file_location(f"grader_of_{exercise.name}", exercise.grader)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def grade_sources(
    judge: Judge,
    exercise: Exercise,
    sources: Sequence[str],
    *,
    seed: int = 0,
    device: str = "cpu",
    processes: int = 1,
) -> list[ExerciseVerdict]:
    """Grade each of these texts as a submission to the exercise, in one run."""
    with tempfile.TemporaryDirectory(prefix="kata-") as folder:
        jobs = []
        for number, source in enumerate(sources):
            file = Path(folder) / f"{number}.py"
            file.write_text(source, encoding="utf-8")
            jobs.append(Job(str(number), {exercise.id: file}, device))
        return [verdict.exercises[0] for verdict in judge.grade([exercise], jobs, seed=seed, processes=processes)]
