"""Asking for grades: the judge's process, started when first needed and kept until this one ends."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kata.errors import JudgeError
from kata.verdict import Difference, ExerciseVerdict, SubmissionVerdict, TestVerdict

Report = Callable[[int, ExerciseVerdict], None]

ENDING_SECONDS = 5.0  # to close its sandbox; then it is killed, and the sandbox's zygote ends by itself


class Grader:
    """A judge in another process. Use it as a context, or leave it to the end of this process."""

    def __init__(self, root: Path):
        self._root = root
        self._process: subprocess.Popen[str] | None = None
        self._asked = False
        self._owner = os.getpid()
        atexit.register(self.close)

    def grade(
        self,
        exercises: Sequence[str],
        submissions: Sequence[Mapping[str, str]],
        *,
        seed: int | None = 0,
        secret: str = "",
        processes: int = 1,
        allow_unisolated: bool = False,
        differences: bool = False,
        report: Report | None = None,
    ) -> list[SubmissionVerdict]:
        """Grade submissions, each of them a text for each exercise, and return a verdict for each.

        Without a seed, each text has one of its own, made from the `secret`. With `differences`, the verdict has the
        numbers of the test to look at; then there is one exercise. `report` is called with the number of a submission
        and the verdict on an exercise of it as soon as there is one.

        Raises:
            JudgeError: there are no verdicts, and why.
        """
        request = {
            "exercises": list(exercises),
            "submissions": [dict(texts) for texts in submissions],
            "seed": seed,
            "secret": secret,
            "processes": processes,
            "allow_unisolated": allow_unisolated,
            "differences": differences,
            "one_by_one": report is not None,
        }
        answer = self._ask(json.dumps(request), report)
        if "error" in answer:
            raise JudgeError(answer["error"])
        verdicts = [submission_of(data) for data in answer["verdicts"]]
        for verdict, drawn in zip(verdicts, answer["differences"], strict=False):
            if drawn:
                _give_back(verdict, drawn)
        return verdicts

    def close(self) -> None:
        """End the judge. Closing twice is fine; the next grading starts another."""
        process, self._process = self._process, None
        if process is None or os.getpid() != self._owner:
            return
        if not self._asked:
            process.kill()  # it would load to the end before it noticed
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        try:
            process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: str, report: Report | None) -> dict[str, Any]:
        process, self._asked = self.start(), True
        try:
            process.stdin.write(request + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            answer = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            while report and "submission" in answer:
                report(answer["submission"], exercise_of(answer["exercise"]))
                answer = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            return dict(answer)
        except (OSError, ValueError):
            self.close()
            raise JudgeError(f"The judge's process ended{self._last_words()}") from None
        except BaseException:
            self.close()  # half a request, or an answer nobody read: nothing more can be asked of it
            raise

    def start(self) -> subprocess.Popen[str]:
        """Start the judge's process, which takes seconds to get ready, unless it runs already."""
        if self._process is None or self._process.poll() is not None:
            package = str(Path(__file__).resolve().parents[2])
            program = f"import sys; sys.path.append({package!r}); from kata.service import server; server.main()"
            self._asked = False
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
                [sys.executable, "-I", "-c", program, str(self._root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                encoding="utf-8",
            )
        return self._process

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read()[-4000:].decode(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else "."


@cache
def grader(root: Path) -> Grader:
    """The grader of this process for the course in this folder."""
    return Grader(root)


def submission_of(data: Mapping[str, Any]) -> SubmissionVerdict:
    """Build a verdict from its JSON."""
    exercises = [exercise_of(exercise) for exercise in data["exercises"]]
    return SubmissionVerdict(data["submission"], data["device"], data["seed"], data["isolation"], exercises)


def _give_back(verdict: SubmissionVerdict, drawn: Mapping[str, Any]) -> None:
    """Restore the numbers that a test compared, which came beside the verdict."""
    import torch

    test = next(test for test in verdict.exercises[0].tests if test.name == drawn["test"])
    test.difference = Difference(**{name: torch.tensor(numbers) for name, numbers in drawn["numbers"].items()})


def exercise_of(data: Mapping[str, Any]) -> ExerciseVerdict:
    tests = [TestVerdict(**{key: value for key, value in test.items() if key != "passed"}) for test in data["tests"]]
    return ExerciseVerdict(**{**data, "tests": tests})
