"""`kata classroom grade`: a folder of submissions, `FOLDER/<student>/…`, and an instructor's work with the grades."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kata.classroom.grades_csv import Mark, canvas, moodle, table
from kata.classroom.ledger import Ledger, fingerprint
from kata.classroom.submissions import files, students
from kata.course import Course, Exercise
from kata.errors import UsageError
from kata.files import write_atomically
from kata.judge.run import Judge, Seeds
from kata.judge.scoring import Job
from kata.report import render
from kata.service.client import submission_of
from kata.service.secret import FILE, secret_in, seed_of
from kata.service.server import as_data, refuse_unisolated

AT_ONCE = 4  # students between two lines of the ledger: what a kill can cost


def grade_folder(
    course: Course,
    exercises: Sequence[Exercise],
    folder: Path,
    output: Path,
    *,
    seed: int | None,
    processes: int,
    allow_unisolated: bool,
    report: Callable[[], None],
) -> dict[str, dict[str, Any]]:
    """Grade what is not graded yet, write the reports, and return the results, student -> as in the JSON.

    Raises:
        JudgeError: there is no isolation. What a grading itself fails at is in its result, without a score.
    """
    found = {one.name: files(one, exercises) for one in students(folder)}
    if not found:
        raise UsageError(f"{folder} holds no folder of a student. It should be {folder}/<student>/…")
    ledger = Ledger(output)
    with ledger.open():
        secret = "" if seed is not None else secret_in(output / FILE)
        seeds: int | Seeds = partial(seed_of, secret) if seed is None else seed
        digests = {exercise.id: exercise.digest for exercise in exercises}
        prints = {student: fingerprint(digests, of, secret or str(seed)) for student, of in found.items()}
        missing = [student for student in found if not ledger.graded(student, prints[student])]
        for _ in range(len(found) - len(missing)):
            report()
        if missing:
            with Judge(course) as judge:
                refuse_unisolated(judge, allow_unisolated)
                for start in range(0, len(missing), AT_ONCE * processes):
                    group = missing[start : start + AT_ONCE * processes]
                    jobs = [Job(student, found[student]) for student in group]
                    verdicts = judge.grade(exercises, jobs, seed=seeds, processes=processes)
                    for student, data in zip(group, as_data(verdicts), strict=True):
                        ledger.add(student, prints[student], data)
                        report()
        ledger.keep_only(list(found))
        _write_reports(ledger.entries, exercises, output)
    return ledger.entries


def _write_reports(entries: Mapping[str, Mapping[str, Any]], exercises: Sequence[Exercise], output: Path) -> None:
    columns = ["student", *(exercise.id for exercise in exercises), "score", "max_score", "status"]
    write_atomically(output / "grades.csv", table(columns, map(_row, entries.values())))
    marks = [
        Mark(student, "", exercise["id"], exercise["score"], exercise["max_score"])
        for student, entry in entries.items()
        for exercise in entry["exercises"]
    ]
    write_atomically(output / "canvas.csv", canvas(marks))
    write_atomically(output / "moodle.csv", moodle(marks))
    (output / "feedback").mkdir(exist_ok=True)
    for student, entry in entries.items():
        told = replace(submission_of(entry), seed=None)  # students read it
        write_atomically(output / "feedback" / f"{student}.txt", render([told], [{}], "table"))


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    scores = {exercise["id"]: exercise["score"] for exercise in entry["exercises"]}
    status = "ungraded" if entry["score"] is None else "graded"
    return {
        "student": entry["student"],
        **scores,
        "score": entry["score"],
        "max_score": entry["max_score"],
        "status": status,
    }
