"""Writing a student's copy: what is in it, and where it may be put."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from kata.course import COURSE_FILE, Course, Exercise
from kata.course.answers import Answers
from kata.course.recordings import ANY, FOLDER, Provenance, file_of, provenance, provenance_file
from kata.course.solution import stub
from kata.errors import JudgeError, UsageError
from kata.language import LANGUAGES
from kata.language.exercise import in_words
from kata.release.public import AUTHORS, HIDDEN_TESTS, without

SEEDS = (0, 1, 2)  # 0 is what students grade with, the others are for repetitions from memory
AS_THEY_ARE = (".gitignore", "LICENSE", "constraints.txt", COURSE_FILE, "pyproject.toml", "setup.py", "translations")
FOR_STUDENTS = Path("docs", "student")  # their README, in each language


def check_course(course: Course) -> None:
    """Raise UsageError if there is nothing to make a copy of."""
    for exercise in course.exercises:
        if not exercise.solution.is_file():
            raise UsageError(f"{exercise.solution} is not here. A release is made where the solutions are.")
    for file in (course.root / "setup.py", course.root / FOR_STUDENTS / "README.md"):
        if not file.is_file():
            raise UsageError(f"{file} is not here. A release is made in the folder of the suite.")


def check_place(output: Path) -> None:
    """Refuse a folder in which something would be lost.

    Raises:
        UsageError: it holds something else than an earlier release that nobody has worked in.
    """
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file. Give the name of a folder: --output DIR")
    if not output.is_dir() or not any(output.iterdir()):
        return
    if not (output / COURSE_FILE).is_file() or provenance(output) is None:
        raise UsageError(f"{output} is not empty, and no earlier release. Give another folder: --output DIR")
    for exercise in Course.load(output).exercises:
        if exercise.stub.is_file() and not _is_fresh(exercise):
            raise UsageError(f"{exercise.stub} was worked in and stays as it is. Give another folder: --output DIR")


def _is_fresh(exercise: Exercise) -> bool:
    if not exercise.shipped.is_file():
        return False
    shipped = exercise.shipped.read_text(encoding="utf-8")
    return exercise.stub.read_text(encoding="utf-8", errors="replace") in [
        in_words(exercise, shipped, language) for language in LANGUAGES
    ]


def write(course: Course, folder: Path, language: str, devices: Sequence[str], report: Callable[[], None]) -> None:
    """Put a student's copy into this new folder, with stubs in this language.

    `report` is called as each exercise is recorded at each seed.

    Raises:
        JudgeError: a reference does not pass its own grader, or cannot be recorded.
    """
    for name in AS_THEY_ARE:
        _copy(course.root / name, folder / name)
    _copy(course.root / "kata", folder / "kata")
    _copy(course.root / "fixtures", folder / "fixtures")
    for text in (course.root / FOR_STUDENTS).glob("*.md"):
        _copy(text, folder / text.name)
    _write(folder / "Makefile", without((course.root / "Makefile").read_text(encoding="utf-8"), AUTHORS))
    copy = Course.load(folder)
    for exercise, theirs in zip(course.exercises, copy.exercises, strict=True):
        _write_exercise(exercise, theirs, language)
    _record(course, copy, devices, report)


def put(new: Path, output: Path) -> None:
    """Move what was written to its place, over an earlier release there."""
    output.mkdir(parents=True, exist_ok=True)
    for old in output.glob("*.whl"):
        old.unlink()
    for entry in new.iterdir():
        there = output / entry.name
        if there.is_dir():
            shutil.rmtree(there)
        entry.replace(there)


def _write_exercise(exercise: Exercise, theirs: Exercise, language: str) -> None:
    fresh = stub(exercise.solution.read_text(encoding="utf-8"))
    _write(theirs.shipped, fresh)
    _write(theirs.stub, in_words(exercise, fresh, language))
    _write(theirs.answers, Answers.of(exercise).public())
    try:
        _write(theirs.grader, without(exercise.grader.read_text(encoding="utf-8"), HIDDEN_TESTS))
    except JudgeError as error:
        raise JudgeError(f"{exercise.grader}: {error}") from None


def _record(course: Course, copy: Course, devices: Sequence[str], report: Callable[[], None]) -> None:
    import torch

    from kata.release.cache import Cache

    about = Provenance(
        list(SEEDS), list(devices), torch.__version__, platform.python_version(), platform.platform(terse=True)
    )
    _write(provenance_file(copy.root), about.text())
    cache, every = Cache(course, about), list(product(course.exercises, SEEDS))
    missing = [(exercise, seed) for exercise, seed in every if not cache.has(exercise, seed)]
    for _ in range(len(every) - len(missing)):
        report()
    for _ in _done(partial(_record_one, course, cache, devices), missing, alone="cuda" in devices):
        report()
    for exercise, theirs in zip(course.exercises, copy.exercises, strict=True):
        for seed in SEEDS:
            cache.copy(exercise, seed, file_of(theirs, seed))
        _keep_one_of_the_same(theirs)


def _done(work: Callable[[tuple[Exercise, int]], None], what: Sequence[Any], *, alone: bool) -> Iterator[None]:
    """Do the work on all cores, and tell of each piece when it is done. CUDA is used by one process: it cannot fork.

    What fails ends it: what has not begun by then is not begun.
    """
    if not what:
        return
    from kata.judge.parallel import forked

    if alone:
        yield from map(work, what)
        return
    with forked(os.cpu_count() or 1) as pool:
        pieces = [pool.submit(work, one) for one in what]
        try:
            for piece in as_completed(pieces):
                yield piece.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _record_one(course: Course, cache: Any, devices: Sequence[str], what: tuple[Exercise, int]) -> None:
    from kata.release.recorder import record

    exercise, seed = what
    cache.keep(exercise, seed, record(course, exercise, seed, devices))


def _keep_one_of_the_same(exercise: Exercise) -> None:
    """Keep one recording for all seeds if nothing in them is drawn from the seed."""
    files = [file_of(exercise, seed) for seed in SEEDS]
    if len({file.read_bytes() for file in files}) == 1:
        files[0].replace(file_of(exercise, ANY))
        for file in files[1:]:
            file.unlink()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        leave = shutil.ignore_patterns("__pycache__", "*.pyc", FOLDER.name, "stubs")
        shutil.copytree(source, target, ignore=leave)
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
