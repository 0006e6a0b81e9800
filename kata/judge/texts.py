"""Grading texts, which are in no file yet, as submissions."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from kata.course import Exercise
from kata.judge.run import Enough, Judge, Wanted
from kata.judge.scoring import Job
from kata.verdict import ExerciseVerdict


def grade_sources(
    judge: Judge,
    exercise: Exercise,
    sources: Sequence[str],
    *,
    seed: int = 0,
    device: str = "cpu",
    processes: int = 1,
    enough: Enough | None = None,
    wanted: Wanted | None = None,
    recall: bool = False,
) -> list[ExerciseVerdict]:
    """Grade each of these texts as a submission to the exercise, in one run."""
    with tempfile.TemporaryDirectory(prefix="kata-") as folder:
        jobs = []
        for number, source in enumerate(sources):
            file = Path(folder) / f"{number}.py"
            file.write_text(source, encoding="utf-8")
            jobs.append(Job(str(number), {exercise.id: file}, device))
        verdicts = judge.grade(
            [exercise], jobs, seed=seed, processes=processes, enough=enough, wanted=wanted, recall=recall
        )
        return [verdict.exercises[0] for verdict in verdicts]
