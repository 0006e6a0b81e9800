"""A judge in a process of its own: a request a line on standard input, an answer a line on standard output.

Before the answer there may be a line for each verdict, as soon as there is one.

nbgrader's formgrader and a student's notebook have threads, settings and random numbers of their own. Neither shall
change a grade, nor be changed by a grading.
"""

from __future__ import annotations

import json
import os
import select
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kata.course import Course
from kata.errors import JudgeError, UsageError
from kata.sandbox.host import Sandbox

if TYPE_CHECKING:
    from kata.judge.run import Judge
    from kata.judge.scoring import Job
    from kata.verdict import ExerciseVerdict, SubmissionVerdict

IDLE_SECONDS = 900.0  # after which a judge that nobody asks gives its memory back

UNISOLATED = (
    "this machine has no isolation for submissions, so no class is graded on it. `kata doctor` says why. "
    "To grade all the same, allow it: --allow-unisolated, or c.JudgeCells.allow_unisolated = True for nbgrader."
)


def main() -> None:
    """Answer until the other end hangs up, or has nothing more to ask."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints here must not be read as an answer
    course = Course.load(Path(sys.argv[1]))
    # A class is graded on the CPU, by forks of this process; what has seen a card has no able children.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    sandbox = Sandbox([course.root])  # its zygote loads torch while this process does

    from kata.judge.run import Judge

    def say(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=answers, flush=True)

    with Judge(course, sandbox) as judge:
        while select.select([sys.stdin], [], [], IDLE_SECONDS)[0] and (line := sys.stdin.readline()):
            say(_answer(judge, json.loads(line), say))
    os._exit(0)  # at once: somebody waits, and to take torch apart takes as long as to grade ten submissions


def _answer(judge: Judge, request: Mapping[str, Any], say: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    from kata.report import json_lines
    from kata.service.secret import seed_of

    def report(job: Job, verdict: ExerciseVerdict) -> None:
        if request["one_by_one"]:
            say({"submission": int(job.label), "exercise": json_lines.exercise(verdict)})

    try:
        exercises = judge.course.select(request["exercises"])
        judge.load(exercises)  # while the zygote still loads
        refuse_unisolated(judge, request["allow_unisolated"])
        with tempfile.TemporaryDirectory(prefix="kata-class-") as folder:
            jobs = [_job(Path(folder, str(n)), texts) for n, texts in enumerate(request["submissions"])]
            seed = partial(seed_of, request["secret"]) if request["seed"] is None else request["seed"]
            verdicts = judge.grade(exercises, jobs, seed=seed, processes=request["processes"], report=report)
        drawn = [_difference(verdict) for verdict in verdicts] if request["differences"] else []
        return {"verdicts": as_data(verdicts), "differences": drawn}
    except (JudgeError, UsageError) as error:
        return {"error": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def refuse_unisolated(judge: Judge, allowed: bool) -> None:
    """Raise JudgeError if submissions would run without isolation and nobody allowed that."""
    if judge.sandbox.isolation == "none" and not allowed:
        raise JudgeError(UNISOLATED)


def as_data(verdicts: Sequence[SubmissionVerdict]) -> list[dict[str, Any]]:
    """The verdicts as `kata grade --format json` has them."""
    from kata.report import json_lines

    return [json.loads(line) for line in json_lines.render(verdicts).splitlines()]


def _difference(verdict: SubmissionVerdict) -> dict[str, Any] | None:
    """The numbers of the test to look at, of the only exercise."""
    from kata.report.difference import worst

    test = worst(verdict.exercises[0])
    if test is None or test.difference is None:
        return None
    numbers = {name: value.tolist() for name, value in vars(test.difference).items()}
    return {"test": test.name, "numbers": numbers}


def _job(folder: Path, texts: Mapping[str, str]) -> Job:
    from kata.judge.scoring import Job

    files = {}
    for exercise, text in texts.items():
        file = files[exercise] = folder / f"{exercise}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))  # half a character is no UTF-8, and refused as such
    return Job(folder.name, files)


if __name__ == "__main__":
    main()
