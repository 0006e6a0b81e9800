"""`kata grade`: grade exercises and report on them.

What can be wrong with the request is found out before anything heavy is loaded. Then the sandbox is started, and while
its zygote loads torch, this process loads torch, the judge and rich.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kata.console import Progress, console, short, warn
from kata.course import Course
from kata.course.recordings import Provenance, provenance
from kata.errors import JudgeError, UsageError
from kata.files import check_writable
from kata.interrupt import held_back
from kata.language import told, tr
from kata.learner.remembered import Remembered
from kata.learner.state import State
from kata.report import FORMATS, write
from kata.report.parts import reason
from kata.report.words import words_of
from kata.submissions import Submitted, submitted

if TYPE_CHECKING:
    from kata.sandbox.host import Sandbox
    from kata.verdict import SubmissionVerdict

    Start = Callable[[], Sandbox]
    Found = tuple[Submitted, SubmissionVerdict]

HELP = "grade exercises: all of exercises/, those named, or what --submission names"
DEVICES = ("auto", "cpu", "cuda", "all")
PASSED, NOT_PASSED, JUDGE_FAILED = 0, 1, 3
SHOWN_FAILURES = 3
ISOLATIONS = ("full", "restricted", "none")


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("ids", nargs="*", metavar="ID", help="an exercise: `softmax`, or its whole id (default: all)")
    add(
        "--submission",
        action="append",
        type=Path,
        default=[],
        metavar="PATH",
        help="a .py file for one exercise, or a folder laid out like exercises/ (may be repeated)",
    )
    add("--device", choices=DEVICES, default="auto", help="auto: CUDA if there is any, else the CPU; all: both")
    add("--seed", type=at_least(0), default=0, metavar="N", help="what the inputs are drawn from (default: 0)")
    add("--fresh", action="store_true", help="grade anew what has not changed since it was graded, too")
    add("-j", "--jobs", type=at_least(1), default=1, metavar="N", help="judge in N processes (default: 1)")
    add("--format", choices=FORMATS, default="table", help="default: table")
    add("-o", "--output", type=Path, metavar="FILE", help="write the report there instead of on stdout")


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    submissions = submitted(course, args.ids, args.submission)
    recorded = provenance(course.root)
    if recorded:
        recorded.check_seed(args.seed)
    if args.output:
        check_writable(args.output)
    if args.format == "gradescope" and len(submissions) > 1:
        raise UsageError("Gradescope takes the result of one submission. Give one --submission.")
    with ExitStack() as stack:
        start = cache(lambda: stack.enter_context(_sandbox(course)))
        devices = _devices(args.device, recorded, start)
        if args.format == "gradescope" and len(devices) > 1:
            raise UsageError("Gradescope takes the result of one device. Give --device cpu or --device cuda.")
        if args.submission:
            found, kept = _grade(course, submissions, devices, start, args), 0
        else:
            found, kept = _grade_own(course, submissions[0], devices, start, args)
    verdicts = [verdict for _, verdict in found]
    status = _status(verdicts)
    if status != JUDGE_FAILED or args.format != "gradescope":
        write(verdicts, [one.files for one, _ in found], args.format, args.output, words_of(course))
    if args.format == "table" and not args.output and not args.submission:
        if kept:
            text = tr(
                "{count} as graded before, since nothing has changed; `kata grade --fresh` grades anew", count=kept
            )
            console().print(text, style="dim", soft_wrap=True)
        _say_next(course, verdicts)
    return status


def _sandbox(course: Course) -> Sandbox:
    from kata.sandbox.host import Sandbox

    try:
        return Sandbox(hidden=[course.root, course.folder])
    except OSError as error:
        raise JudgeError(f"The sandbox does not start: {error}. `kata doctor` says more.") from None


def _grade_own(
    course: Course, own: Submitted, devices: Sequence[str], start: Start, args: argparse.Namespace
) -> tuple[list[Found], int]:
    """Grade what has changed, and note it as progress. With the verdicts comes how many of them are of before."""
    found: list[Found] = []
    fresh: set[str] = set()
    kept = 0
    for device in devices:
        memory = Remembered(course, device, args.seed)
        anew = args.fresh or os.environ.get("KATA_DEBUG")  # which shows what is not kept
        known = {} if anew else {one.id: memory.find(one, own.files[one.id]) for one in own.exercises}
        rest = tuple(one for one in own.exercises if not known.get(one.id))
        graded = _grade(course, [replace(own, exercises=rest)], [device], start, args) if rest else []
        for _, verdict in graded:
            for one, exercise in zip(rest, verdict.exercises, strict=True):
                memory.keep(one, own.files[one.id], exercise, verdict.isolation)
                known[one.id] = exercise, verdict.isolation
        memory.tidy()
        fresh |= {one.id for one in rest}
        kept += len(own.exercises) - len(rest)
        found.append((own, _together(own, device, args.seed, [known[one.id] for one in own.exercises])))
    if fresh:
        state = State.load(course.folder)
        state.record(exercise for _, verdict in found for exercise in verdict.exercises if exercise.id in fresh)
        state.save()
    return found, kept


def _together(own: Submitted, device: str, seed: int, known: Sequence[Any]) -> SubmissionVerdict:
    """One verdict of these on exercises, each with the isolation that it was graded in: the least is said of all."""
    from kata.verdict import SubmissionVerdict

    exercises, levels = zip(*known, strict=True)
    return SubmissionVerdict(own.label, device, seed, max(levels, key=ISOLATIONS.index), list(exercises))


def _grade(
    course: Course, submissions: Sequence[Submitted], devices: Sequence[str], start: Start, args: argparse.Namespace
) -> list[Found]:
    sandbox = start()
    _torch().set_num_threads(1)
    with held_back():
        import kata.report.table  # noqa: F401 - rich loads while the zygote still does
        from kata.judge.run import Judge
        from kata.judge.scoring import Job

    jobs = [(one, Job(one.label, one.files, device)) for one in submissions for device in devices]
    verdicts: dict[Job, SubmissionVerdict] = {}
    judge = Judge(course, sandbox)
    for exercises in dict.fromkeys(one.exercises for one, _ in jobs):  # one run for all that ask for the same
        group = [job for one, job in jobs if one.exercises == exercises]
        with Progress(len(group) * len(exercises), tr("graded")) as progress:
            found = judge.grade(
                exercises, group, seed=args.seed, processes=args.jobs, report=lambda *_: progress.step()
            )
        verdicts.update(zip(group, found, strict=True))
    return [(one, verdicts[job]) for one, job in jobs]


def _devices(choice: str, recorded: Provenance | None, start: Start) -> list[str]:
    if recorded and choice == "cuda":
        recorded.check_device(choice)
    if choice == "cpu" or (choice == "auto" and not _may_have_a_card()):
        return ["cpu"]  # known without torch, which is not needed at all where nothing is to be graded
    start()  # its zygote loads torch while this process does
    torch = _torch()
    if choice == "auto" and not torch.cuda.is_available():
        return ["cpu"]
    if recorded and "cuda" not in recorded.devices:
        if choice == "all":
            warn("nothing is recorded on CUDA in this copy, so only the CPU is graded on.")
        return ["cpu"]
    if torch.cuda.is_available():
        return ["cpu", "cuda"] if choice == "all" else ["cuda"]
    if choice == "cuda":
        raise UsageError(
            "There is no CUDA here that torch can use; `kata doctor` shows what there is. Try --device cpu."
        )
    warn("there is no CUDA here, so only the CPU is graded on.")
    return ["cpu"]


def _torch() -> Any:
    # Asking the driver's library leaves CUDA itself untouched, so that `-j` may fork and each judge open it.
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    try:
        with held_back():
            import torch
    except (ImportError, OSError) as error:
        raise JudgeError(f"PyTorch does not load: {error}. `kata doctor` says more.") from None
    return torch


def _may_have_a_card() -> bool:
    """Whether torch should be asked for one: there is what a driver for CUDA, on WSL too, or for ROCm puts there."""
    return any(any(Path("/dev").glob(name)) for name in ("nvidia*", "dxg", "kfd"))


def _status(verdicts: list[SubmissionVerdict]) -> int:
    """The exit status. What the judge failed at is told on stderr, whatever the report is."""
    failures = [exercise for verdict in verdicts for exercise in verdict.exercises if exercise.score is None]
    for exercise in failures[:SHOWN_FAILURES]:
        why = told(_in_a_line(reason(exercise)))
        print("kata: " + tr("{id} is not graded: {why}", id=exercise.id, why=why), file=sys.stderr)
    if len(failures) > SHOWN_FAILURES:
        more = len(failures) - SHOWN_FAILURES
        print("kata: " + tr("and {count} more are not graded.", count=more), file=sys.stderr)
    if failures:
        return JUDGE_FAILED
    return PASSED if all(verdict.passed for verdict in verdicts) else NOT_PASSED


def _say_next(course: Course, verdicts: list[SubmissionVerdict]) -> None:
    """One line of what to type now."""
    statuses = {exercise.id: exercise.status for exercise in verdicts[0].exercises}
    wrong = [id_ for id_, status in statuses.items() if status not in ("passed", "not_started", "ungraded")]
    if "ungraded" in statuses.values():
        step = "kata doctor"
    else:
        step = f"kata hint {short(course, course.select(wrong[:1])[0])}" if wrong else "kata next"
    if list(statuses.values()) == ["passed"]:
        from kata.learner.after_a_pass import offer

        offer(console(), course.select(statuses)[0])
    console().print(tr("next: {step}", step=step), soft_wrap=True)


def at_least(least: int) -> Callable[[str], int]:
    """What reads an option's whole number, from `least` on."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return value

    return read


def _in_a_line(text: str) -> str:
    return " ".join(text.split())
