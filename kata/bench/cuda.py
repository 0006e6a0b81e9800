"""`make cuda`: the whole suite on a card, in one command that can be stopped and goes on.

Each step writes what it found into docs/cuda.json as soon as it is done, and docs/cuda.md is made from that. Run again,
it goes on after the last step that is there, unless the suite, torch or the card is another one. `--device cpu` runs
the same steps without a card, to see that the command itself works.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from kata.course import Course, Exercise
from kata.course.answers import Answers
from kata.errors import JudgeError, UsageError
from kata.files import write_atomically
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.texts import grade_sources
from kata.sandbox.host import Sandbox
from kata.verdict import ExerciseVerdict, TestVerdict

Found = dict[str, Any]

ENDLESS = "def {name}(*args, **settings):\n    while True:\n        pass\n"
EXIT = "import os\n\n\ndef {name}(*args, **settings):\n    os._exit(0)\n"
FULL = (
    "import torch\n\n\ndef {name}(x, *args, **settings):\n"
    "    kept = [torch.ones(1 << 30, device=x.device) for _ in range(1 << 10)]\n    return kept[0]\n"
)
HOSTILE = {"an endless loop": ENDLESS, "an exit": EXIT, "a card that is full": FULL}
VICTIM = "01_tensors/softmax"


@dataclass(frozen=True)
class Place:
    """The course, the device that is tried, and the level that workers run at."""

    course: Course
    device: str
    isolation: str

    def judge(self) -> Judge:
        return Judge(self.course, Sandbox([self.course.root], self.isolation))


def doctor(place: Place) -> Found:
    """Ask `kata doctor` about this machine."""
    command = [sys.executable, "-m", "kata", "doctor"]
    done = subprocess.run(command, cwd=place.course.root, capture_output=True, text=True, check=False)  # noqa: S603
    return {"status": done.returncode, "said": done.stdout.strip().splitlines()}


def references(place: Place, device: str) -> Found:
    """Grade every solution at the level, from a cold start."""
    started = time.perf_counter()
    with place.judge() as judge:
        job = Job("solutions", {e.id: e.solution for e in place.course.exercises}, device)
        (verdict,) = judge.grade(place.course.exercises, [job])
        level = judge.sandbox.on(device).isolation
    return {
        "level": level,
        "seconds": round(time.perf_counter() - started, 2),
        "exercises": {v.id: [v.status, round(v.seconds, 3)] for v in verdict.exercises},
        "failed": [f"{v.id}: {_first_failure(v)}" for v in verdict.exercises if v.status != "passed"],
    }


def laws(place: Place) -> Found:
    """Judge the right answers and the mistakes that are known, at one seed.

    Each has a worker of its own: an index out of range costs a process its card.
    """
    right, mistakes, broken = 0, 0, list[str]()
    with ProcessPoolExecutor(_processes(place), get_context("spawn")) as pool:
        for found in pool.map(_laws_of, repeat(place), place.course.exercises):
            right, mistakes, broken = right + found[0], mistakes + found[1], broken + found[2]
    return {"right": right, "mistakes": mistakes, "broken": broken}


def _processes(place: Place) -> int:
    """As many as there are cores, if the card has the 2 GiB that each takes of it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if place.device != "cuda":
        return cores
    return max(1, min(cores, torch.cuda.get_device_properties(0).total_memory >> 31))


def _laws_of(place: Place, exercise: Exercise) -> tuple[int, int, list[str]]:
    """Count the right answers and the mistakes of an exercise, and list what is judged otherwise."""
    torch.set_num_threads(1)
    answers = Answers.of(exercise)
    with place.judge() as judge:
        broken = _broken_laws(judge, exercise, answers, place.device)
    return 1 + len(answers.also_right), len(answers.mistakes), broken


def _broken_laws(judge: Judge, exercise: Exercise, answers: Answers, device: str) -> list[str]:
    solution = exercise.solution.read_text(encoding="utf-8")
    passing = ["the reference", *(v.name for v in answers.also_right)]
    names = [*passing, *(v.name for v in answers.mistakes)]
    texts = [solution, *(v.of(solution) for v in (*answers.also_right, *answers.mistakes))]

    def is_named(job: Job, test: TestVerdict) -> bool:
        return test.mistake == names[int(job.label)]

    broken = []
    verdicts = grade_sources(judge, exercise, texts, device=device, enough=is_named)
    for name, verdict in zip(names, verdicts, strict=True):
        if name in passing and verdict.status != "passed":
            broken.append(f"{exercise.id}: the right answer '{name}' fails {_first_failure(verdict)}")
        elif name not in passing and verdict.status == "passed":
            broken.append(f"{exercise.id}: the mistake '{name}' is not caught")
        elif name not in passing and name not in {test.mistake for test in verdict.tests}:
            broken.append(f"{exercise.id}: the mistake '{name}' is not named")
    return broken


def hostile(place: Place) -> Found:
    """Grade what a card must survive, and the right answer after it."""
    (exercise,) = place.course.select([VICTIM])
    found: Found = {}
    with place.judge() as judge:
        grade = partial(grade_sources, judge, exercise, device=place.device)
        for name, text in HOSTILE.items():
            bad, good = grade([text.format(name=exercise.name), exercise.solution.read_text(encoding="utf-8")])
            found[name] = {"status": bad.status, "said": _first_failure(bad), "after it": good.status}
    return found


def bench(place: Place) -> Found:
    """Time a warm judge: the reference of each exercise, graded a second time."""
    found = {}
    with place.judge() as judge:
        for exercise in place.course.exercises:
            job = Job(exercise.id, {exercise.id: exercise.solution}, place.device)
            judge.grade([exercise], [job])
            started = time.perf_counter()
            (verdict,) = judge.grade([exercise], [job])
            if verdict.exercises[0].status == "passed":
                found[exercise.id] = round(time.perf_counter() - started, 3)
    return {"seconds": found}


STEPS: dict[str, Callable[[Place], Found]] = {
    "doctor": doctor,
    "references": lambda place: references(place, place.device),
    "references on the CPU": lambda place: references(place, "cpu"),
    "laws": laws,
    "hostile": hostile,
    "bench": bench,
}


def about(place: Place) -> Found:
    """Say on what machine, with what, and of which state of the suite this is."""
    card = torch.cuda.get_device_name() if place.device == "cuda" else "none"
    return {
        "card": card,
        "cuda": torch.version.cuda or "none",
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "isolation": place.isolation,
        "exercises": {exercise.id: exercise.digest for exercise in place.course.exercises},
    }


def run(place: Place, file: Path, say: Callable[[str], None] = print) -> Found:
    """Run the steps that `file` does not have yet for this machine and suite, and write it after each."""
    machine = about(place)
    found: Found = _known(file, machine)
    for name, step in STEPS.items():
        if name in found["steps"]:
            say(f"{name}: done before")
            continue
        say(f"{name} ...")
        started = time.perf_counter()
        try:
            what = step(place)
        except JudgeError as error:
            what = {"failed": [str(error)]}
        found["steps"][name] = {**what, "took": round(time.perf_counter() - started, 1)}
        write_atomically(file, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return found


def _known(file: Path, machine: Found) -> Found:
    try:
        found: Found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    return found if found.get("machine") == machine else {"machine": machine, "steps": {}}


def page(found: Found) -> str:
    """Write what was found as a page."""
    machine, steps = found["machine"], found["steps"]
    lines = [
        "# On a card",
        "",
        "Made by `make cuda`, which runs all of this on the card of the machine it is called on. What has been mended since the",
        "last run is told in [versions.md](versions.md).",
        "",
        ", ".join(f"{what} {machine[what]}" for what in ("card", "cuda", "torch", "python", "system", "isolation"))
        + ".",
        "",
    ]
    for name, title in (("references", "on the card"), ("references on the CPU", "on the CPU")):
        step = steps.get(name, {})
        if "exercises" in step:
            passed = sum(status == "passed" for status, _ in step["exercises"].values())
            lines.append(f"- References {title}: {passed} of {len(step['exercises'])} pass, {step['seconds']} s cold.")
    known = steps.get("laws", {})
    if "right" in known:
        lines.append(
            f"- Known answers at one seed: {known['right']} right ones and {known['mistakes']} mistakes, "
            f"{len(known['broken'])} judged otherwise."
        )
    for name, verdict in steps.get("hostile", {}).items():
        if isinstance(verdict, dict):
            lines.append(
                f"- {name[0].upper()}{name[1:]}: {verdict['status']} ({verdict['said']}); then the right answer: {verdict['after it']}."
            )
    wrong = [text for step in steps.values() for key in ("failed", "broken") for text in step.get(key, [])]
    lines += ["", "## What failed", "", *_alike(wrong)] if wrong else ["", "Nothing failed."]
    seconds = steps.get("bench", {}).get("seconds", {})
    if seconds:
        lines += ["", "## A warm judge", "", "| exercise | seconds |", "|---|---|"]
        lines += [f"| `{exercise}` | {taken} |" for exercise, taken in seconds.items()]
    return "\n".join(lines) + "\n"


def _alike(failures: Iterable[str]) -> list[str]:
    """Put failures of one kind into one line: how often it is, and where."""
    kinds: dict[str, Counter[str]] = {}
    for failure in failures:
        exercise, _, what = failure.partition(": ")
        what = re.sub(r"^the (right answer|mistake) '.*' (fails|is not)", r"a \1 \2", what)
        what = re.sub(r" \(\S+:\d+\)$", "", re.sub(r"`[^`]*`: ", "", what, count=1))
        kinds.setdefault(what, Counter())[exercise] += 1
    return [
        f"- {what} ({', '.join(f'{count} in {exercise}' if count > 1 else exercise for exercise, count in where.items())})"
        for what, where in kinds.items()
    ]


def _first_failure(verdict: ExerciseVerdict) -> str:
    failed = (f"`{test.name}`: {test.message}" for test in verdict.tests if not test.passed)
    return next(failed, verdict.message).partition("\n")[0]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the steps, write JSON and page, and say whether anything failed."""
    parser = argparse.ArgumentParser(
        prog="make cuda", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--device", default="cuda", choices=["cuda", "cpu"], help="cpu tries the command without a card"
    )
    parser.add_argument("--isolation", default="full", help="the level that workers run at (default: full)")
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", help="these exercises, not all")
    parser.add_argument("--output", type=Path, default=Path("docs/cuda"), help="where .json and .md go")
    args = parser.parse_args(argv)
    try:
        course = Course.find()
        if args.device == "cuda" and not torch.cuda.is_available():
            raise UsageError("There is no card here that torch can use. `--device cpu` tries the command without one.")
        found = run(Place(course.only(args.only), args.device, args.isolation), args.output.with_suffix(".json"))
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    write_atomically(args.output.with_suffix(".md"), page(found))
    print(f"wrote {args.output.with_suffix('.md')}")
    return int("## What failed" in page(found))


if __name__ == "__main__":
    sys.exit(main())
