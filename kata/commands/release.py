"""`kata release`: the student's copy: a folder and a wheel, without solutions and hidden tests."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from kata import language
from kata.console import Progress, console, shown
from kata.course import Course
from kata.course.recordings import need_solutions
from kata.errors import UsageError
from kata.language import tr

HELP = "for instructors: make the student's copy, a folder and a wheel, without solutions and hidden tests"


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--output", type=Path, default=Path("dist", "student"), metavar="DIR", help="where (default: dist/student)")
    add(
        "--device",
        choices=("cpu", "all"),
        default="cpu",
        help="what students can grade on; all: on CUDA too, which must be here (default: cpu)",
    )
    add("--lang", default="en", metavar="LANG", help="the language of the stubs: en or zh (default: en)")


def run(args: argparse.Namespace) -> int:
    from kata.release import folder, wheel

    course, output = Course.find(), args.output.expanduser().resolve()
    need_solutions(course)
    folder.check_course(course)
    folder.check_place(output)
    devices = _devices(args.device)
    chosen = language.asked(args.lang)
    new = _beside(output)
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        with Progress(len(course.exercises) * len(folder.SEEDS), tr("recorded")) as progress:
            folder.write(course, new, chosen, devices, progress.step)
        wheel.build(new)
        folder.put(new, output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error}. Choose another folder.") from None
    finally:
        shutil.rmtree(new, ignore_errors=True)
    _say(course, output)
    return 0


def _beside(output: Path) -> Path:
    """Where it is made: on the same disk, so that it can be moved."""
    return output.with_name(f".{output.name}.new")


def _devices(choice: str) -> list[str]:
    import torch

    if choice == "all" and not torch.cuda.is_available():
        raise UsageError(
            "There is no CUDA here that torch can use, so nothing can be recorded on it. Try --device cpu."
        )
    return ["cpu", "cuda"] if choice == "all" else ["cpu"]


def _say(course: Course, output: Path) -> None:
    from kata.release.folder import SEEDS

    size = sum(file.stat().st_size for file in (output / "fixtures" / "expected").rglob("*") if file.is_file())
    out = console()
    out.print(
        f"{len(course.exercises)} exercises, recorded at the seeds {', '.join(map(str, SEEDS))} in {size / 1e6:.1f} MB.",
        soft_wrap=True,
    )
    out.print(f"the folder: {shown(output)}", soft_wrap=True)
    out.print(f"the wheel:  {shown(next(output.glob('*.whl')))}", soft_wrap=True)
    out.print(f"try it: cd {shown(output)} && make grade", soft_wrap=True)
