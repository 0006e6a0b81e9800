"""Verdicts kept from one `kata grade` to the next: what has not changed is not graded, and not trained, anew.

They lie in the user's own cache, a file each, and not in the folder that is graded: a folder that comes from somebody
else brings none along. A verdict is found again by a digest of all that it depends on; once one of these has changed it
is looked for in vain, and is removed some day as the oldest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kata.course import Course, Exercise
from kata.course.recordings import found_at
from kata.files import digest_of
from kata.verdict import Difference, Example, ExerciseVerdict, TestVerdict

PACKAGE = Path(__file__).resolve().parent.parent
# How an exercise ended where the machine had no part in it: what ran out of time may pass on one that is less busy, and a
# file that does not load may do so once it lies otherwise.
LASTING = ("passed", "partial", "failed", "not_started", "refused")
TIMED = "takes "  # so begins the message of a test that compares times
MOST = 2000  # verdicts: some megabytes
SMALL = 64  # numbers that are kept to be shown side by side


class Remembered:
    """The verdicts on answers to a course's exercises, on one device and with one seed."""

    def __init__(self, course: Course, device: str, seed: int):
        self._folder, self._seed = cache_folder() / "verdicts", seed
        code = digest_of([*sorted(PACKAGE.rglob("*.py")), course.root / "course.toml"])
        here = [platform.python_version(), platform.machine(), platform.node(), os.environ.get("KATA_ISOLATION", "")]
        self._made_with = json.dumps([code, *map(_version, ("torch", "numpy")), *here, device, seed])

    def find(self, exercise: Exercise, file: Path) -> tuple[ExerciseVerdict, str] | None:
        """Look up the verdict on this file, and the isolation that it was graded in."""
        try:
            data = json.loads(self._place(exercise, file).read_bytes())
            return _verdict(data["verdict"]), str(data["isolation"])
        except (OSError, ValueError, TypeError, KeyError):  # never graded, or a file that is not ours: grade it
            return None

    def keep(self, exercise: Exercise, file: Path, verdict: ExerciseVerdict, isolation: str) -> None:
        """Keep a verdict, if it would be the same again. Without a folder for caches there is none, which is no harm."""
        statuses = {verdict.status, *(test.status for test in verdict.tests)}
        if statuses <= {*LASTING} and not any(test.message.startswith(TIMED) for test in verdict.tests):
            with contextlib.suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
                place = self._place(exercise, file)
                new = place.with_suffix(f".{os.getpid()}")
                new.write_text(json.dumps({"verdict": _data(verdict), "isolation": isolation}), encoding="utf-8")
                new.replace(place)

    def tidy(self) -> None:
        """Remove the oldest, where there are many."""
        with contextlib.suppress(OSError):
            oldest = sorted(self._folder.iterdir(), key=lambda kept: kept.stat().st_mtime)[:-MOST]
            for kept in oldest:
                kept.unlink(missing_ok=True)

    def _place(self, exercise: Exercise, file: Path) -> Path:
        read = [file, found_at(exercise, self._seed)]
        inside = file.resolve().is_relative_to(file.parents[1].resolve())  # what a link leads out to is no answer
        about = [exercise.id, exercise.digest, digest_of(read), file.is_file(), inside, self._made_with]
        return self._folder / f"{hashlib.blake2b(json.dumps(about).encode(), digest_size=16).hexdigest()}.json"


def cache_folder() -> Path:
    """Choose the folder for what may be lost: XDG_CACHE_HOME/kata, or where this system has such things."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():
        return given / "kata"
    try:
        home = Path.home()
    except RuntimeError:  # a user without one
        return Path(os.devnull, "kata")
    return home.joinpath(*(("Library", "Caches") if sys.platform == "darwin" else (".cache",)), "kata")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _data(verdict: ExerciseVerdict) -> dict[str, Any]:
    return {**vars(verdict), "tests": [_test_data(test) for test in verdict.tests]}


def _test_data(test: TestVerdict) -> dict[str, Any]:
    drawn = test.difference if test.difference and test.difference.got.numel() <= SMALL else None
    return {
        **vars(test),
        "difference": drawn and [_tensor_data(tensor) for tensor in (drawn.got, drawn.expected, drawn.wrong)],
        "example": test.example and vars(test.example),
    }


def _tensor_data(tensor: Any) -> list[Any]:
    return [str(tensor.dtype).removeprefix("torch."), tensor.tolist()]


def _verdict(data: dict[str, Any]) -> ExerciseVerdict:
    return ExerciseVerdict(**{**data, "tests": [_test(test) for test in data["tests"]]})


def _test(data: dict[str, Any]) -> TestVerdict:
    return TestVerdict(
        **{
            **data,
            "difference": data["difference"] and Difference(*_tensors(data["difference"])),
            "example": data["example"] and Example(**data["example"]),
        }
    )


def _tensors(data: Iterable[list[Any]]) -> list[Any]:
    import torch  # seldom: only what failed is shown side by side

    return [torch.tensor(numbers, dtype=getattr(torch, dtype)) for dtype, numbers in data]
