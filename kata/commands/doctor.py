"""`kata doctor`: whether everything is there and works, and what to do about what is not.

A `problem` keeps something from working, and makes the exit status 1. A `note` is worth knowing.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kata.console import console, padded, short, shown
from kata.course import Course, Exercise
from kata.course.recordings import found_at, provenance
from kata.errors import JudgeError
from kata.language import told, tr

if TYPE_CHECKING:  # the command that is there for when nothing works loads no more than it must
    from kata.sandbox.host import Sandbox

HELP = "check this machine and this folder"
STYLES = {"ok": "green", "note": "yellow", "problem": "bold red"}
PYTHON = (3, 10)
FREE = 512 << 20  # bytes: submissions may write 64 MiB each, and verdicts and backups take little
ISOLATE = "Fine for your own code. For others' code take Linux with user namespaces, or with Landlock."
LISTED = 4  # files named where many are missing


@dataclass(frozen=True)
class Finding:
    level: str
    text: str
    advice: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> int:
    course, out = Course.find(), console()
    worst = 0
    for check in CHECKS:
        for finding in check(course):
            out.print(padded(tr(finding.level), 8), style=STYLES[finding.level], end="")
            out.print(told(finding.text), soft_wrap=True)
            if finding.advice:
                out.print(f"{'':8}{told(finding.advice)}", soft_wrap=True)
            worst += finding.level == "problem"
    return 1 if worst else 0


def _python(course: Course) -> Iterator[Finding]:
    text = f"Python {platform.python_version()} on {platform.system()}, {sys.executable}"
    if sys.version_info < PYTHON:
        yield Finding("problem", text, "kata needs Python 3.10 or newer: rm -rf .venv; make grade PYTHON=python3.12")
    else:
        yield Finding("ok", text)
    if platform.system() == "Windows":
        yield Finding("problem", "Windows has no fork, which the sandbox needs", "Run kata under WSL2.")


def _torch(course: Course) -> Iterator[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:
        yield Finding(
            "problem", f"torch does not load: {error}", "pip install -c constraints.txt -e . (or: make grade)"
        )
        return
    torch.set_num_threads(1)
    tested, have = tested_torch(course.root), torch.__version__
    if tested is None:
        yield Finding("ok", f"torch {have} (no constraints.txt says which one is tested)")
    elif have.partition("+")[0] == tested:
        yield Finding("ok", f"torch {have}, the tested one")
    else:
        yield Finding(
            "note", f"torch {have}; tested is {tested}", "For the tested one: pip install -c constraints.txt -e ."
        )


def _devices(course: Course) -> Iterator[Finding]:
    yield Finding("ok", f"{os.cpu_count()} CPUs")
    try:
        import torch
    except (ImportError, OSError):
        return
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        card = torch.cuda.get_device_properties(number)
        yield Finding("ok", f"CUDA {number}: {card.name}, {card.total_memory >> 20} MiB")
    if not torch.cuda.is_available():
        built = "this torch is built without it" if torch.version.cuda is None else "no card or no driver"
        yield Finding("ok", f"no CUDA ({built}); exercises are graded on the CPU")
    if torch.backends.mps.is_available():
        yield Finding("ok", "MPS is there; kata does not grade on it, but your own code may use it")


def _sandbox(course: Course) -> Iterator[Finding]:
    from kata.sandbox.host import Sandbox

    try:
        with Sandbox(hidden=[course.root]) as sandbox:
            isolation, missing = sandbox.isolation, sandbox.missing
            ready = _milliseconds_to_ready(sandbox)
    except (OSError, JudgeError) as error:
        advice = (
            "Nothing can be graded so. Is there memory, room in the temporary folder, and leave to start processes?"
        )
        yield Finding("problem", f"no worker starts: {error}", advice)
        return
    yield Finding("ok", f"a worker is ready in {ready:.0f} ms")
    yield from _sandbox_for_cuda(course)
    if isolation == "none":
        text, advice = "isolation: none (NOT isolated): a submission can read and write what you can", ISOLATE
        yield Finding("note", text, advice)
    else:
        yield Finding("ok", f"isolation: {isolation}")
    for level, why in missing.items():
        yield Finding("note", f"isolation '{level}' is not to be had: {why}")


def _sandbox_for_cuda(course: Course) -> Iterator[Finding]:
    import torch

    from kata.sandbox.host import Sandbox

    if torch.cuda.is_available():
        try:
            with Sandbox(hidden=[course.root], cuda=True) as sandbox:
                ready = _milliseconds_to_ready(sandbox)
        except (OSError, JudgeError) as error:
            yield Finding("problem", str(error), "Exercises can be graded on the CPU: --device cpu")
        else:
            yield Finding("ok", f"a worker has CUDA open in {ready:.0f} ms")


def _milliseconds_to_ready(sandbox: Sandbox) -> float:
    from kata.judge.submission import wait_until_ready
    from kata.sandbox.host import Limits

    for _ in range(2):  # the first waits for the zygote, the second shows what a worker takes
        start = time.perf_counter()
        worker = sandbox.spawn(Limits())
        wait_until_ready(worker)
        milliseconds = (time.perf_counter() - start) * 1000
        worker.close()
    return milliseconds


def _disk(course: Course) -> Iterator[Finding]:
    for name, folder in (("temporary folder", Path(tempfile.gettempdir())), ("course folder", course.folder)):
        free = shutil.disk_usage(folder).free
        text = f"{free >> 20} MiB free in {folder}, the {name}"
        if free < FREE:
            yield Finding(
                "problem", text, "Make room: kata needs 512 MiB." + (" Or set TMPDIR." if name[0] == "t" else "")
            )
        elif not os.access(folder, os.W_OK):
            yield Finding(
                "problem", f"{folder}, the {name}, cannot be written", "Take another one, or change its rights."
            )
        else:
            yield Finding("ok", text)


def _course(course: Course) -> Iterator[Finding]:
    exercises = course.exercises
    yield Finding("ok", f"{shown(course.root / 'course.toml')} lists {len(exercises)} exercises")
    parts: list[tuple[str, Callable[[Exercise], Path], str]] = [
        ("stub", lambda e: e.stub, "kata reset {}"),
        ("grader", lambda e: e.grader, "git checkout HEAD -- graders, or take its line out of course.toml ({})"),
    ]
    if (course.root / "solutions").is_dir():
        parts.append(("solution", lambda e: e.solution, "git checkout HEAD -- solutions, or take out its line ({})"))
    else:
        yield Finding("ok", "no solutions, as in every student's copy")
        yield from _recordings(course)
    for what, of, advice in parts:
        gone = [exercise for exercise in exercises if not of(exercise).is_file()]
        if gone:
            names = ", ".join(shown(of(exercise)) for exercise in gone[:LISTED])
            if len(gone) > LISTED:
                names = f"{names} and {len(gone) - LISTED} more"
            yield Finding(
                "problem",
                f"{len(gone)} of {len(exercises)} {what}s are missing: {names}",
                advice.format(short(course, gone[0])),
            )
        else:
            yield Finding("ok", f"every {what} is there")


def _recordings(course: Course) -> Iterator[Finding]:
    anew = "Take the folder anew from where it came."
    try:
        known = provenance(course.root)
    except JudgeError as error:
        yield Finding("problem", str(error))
        return
    if known is None:
        yield Finding("problem", "no recorded results either, so nothing can be graded", anew)
        return
    seeds, devices = ", ".join(map(str, known.seeds)), " and ".join(known.devices)
    yield Finding("ok", f"results recorded at the seeds {seeds}, on {devices}, with torch {known.torch}")
    gone = [exercise for exercise in course.exercises for seed in known.seeds if not found_at(exercise, seed).is_file()]
    if gone:
        yield Finding("problem", f"recorded results are missing, of {gone[0]} for one", anew)


CHECKS: tuple[Callable[[Course], Iterator[Finding]], ...] = (_python, _torch, _devices, _sandbox, _disk, _course)


def tested_torch(root: Path) -> str | None:
    """The version of torch that constraints.txt pins."""
    try:
        text = (root / "constraints.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = re.search(r"^torch\s*==\s*([^\s;+#]+)", text, re.MULTILINE)
    return found[1] if found else None
