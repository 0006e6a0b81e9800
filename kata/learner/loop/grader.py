"""Grading in a thread of its own, with a judge that stays warm: keys are answered while a file loops for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kata.course import Course, Exercise
from kata.errors import JudgeError

if TYPE_CHECKING:
    from kata.judge.scoring import Job
    from kata.sandbox.host import Sandbox
    from kata.verdict import SubmissionVerdict

GONE_SECONDS = 0.3  # an editor that deletes before it writes has written by then
LAST_SECONDS = 2.0  # what a grading may take to end once its worker is killed
SHOWN_SECONDS = 0.05  # by then a verdict is on the screen, which a fork beside it would hold up


@dataclass(frozen=True)
class Request:
    """A request to grade this file as an answer to the exercise, with inputs drawn from the seed; an attempt, if it
    `counts`.

    With `recall`, on the cases that are kept for a drill, too.
    """

    exercise: Exercise
    file: Path
    seed: int
    counts: bool
    recall: bool = False


@dataclass(frozen=True)
class Ready:
    """News that the judge is warm."""


@dataclass(frozen=True)
class Graded:
    request: Request
    verdict: SubmissionVerdict
    seconds: float


@dataclass(frozen=True)
class Missing:
    request: Request


@dataclass(frozen=True)
class NotGraded:
    """News that the judge failed."""

    message: str


class Grader:
    """A grading thread. The newest request for an exercise counts: an older one is given up after the test it is at."""

    def __init__(self, course: Course, sandbox: Sandbox, tell: Callable[[Any], None]):
        self._course, self._sandbox, self._tell = course, sandbox, tell
        self._pending: dict[Exercise, Request] = {}
        self._change = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="grader", daemon=True)

    def __enter__(self) -> Grader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._change:
            self._closing = True
            self._pending.clear()
            self._change.notify()
        self._sandbox.close()  # and with it the worker that may never end
        self._thread.join(LAST_SECONDS)

    def ask(self, *requests: Request) -> None:
        with self._change:
            for request in requests:
                self._pending.pop(request.exercise, None)
                self._pending[request.exercise] = request
            self._change.notify()

    def _run(self) -> None:
        try:
            judge = self._judge()
        except Exception as error:
            return self._tell(NotGraded(f"{type(error).__name__}: {error}"))
        self._tell(Ready())
        while request := self._next():
            self._grade(judge, request)
            if not self._is_wanted(SHOWN_SECONDS):
                judge.expect(request.exercise, _job(request))

    def _next(self) -> Request | None:
        """The next request, once there is one; None at the end."""
        self._is_wanted()
        with self._change:
            return None if self._closing else self._pending.pop(next(iter(self._pending)))

    def _is_wanted(self, seconds: float | None = None) -> bool:
        """Wait until there is something to do, though no longer than so many seconds."""
        with self._change:
            return self._change.wait_for(lambda: bool(self._pending) or self._closing, seconds)

    def _judge(self) -> Any:
        import kata.report.table  # noqa: F401 - rich loads here, not at the first verdict
        from kata.judge.run import Judge

        judge = Judge(self._course, self._sandbox)
        _ = judge.sandbox.isolation  # waits for the zygote
        return judge

    def _grade(self, judge: Any, request: Request) -> None:
        start, exercise = time.perf_counter(), request.exercise
        if not _is_there(request.file):
            return self._tell(Missing(request))
        try:
            (verdict,) = judge.grade(
                [exercise],
                [_job(request)],
                seed=request.seed,
                enough=lambda *_: self._closing or exercise in self._pending,
                recall=request.recall,
            )
        except JudgeError as error:
            verdict = None
            self._tell_unless_closing(NotGraded(str(error)))
        except Exception as error:  # a fault of ours must not end the loop
            verdict = None
            self._tell_unless_closing(NotGraded(f"{type(error).__name__}: {error}"))
        if verdict and exercise not in self._pending:
            self._tell_unless_closing(Graded(request, verdict, time.perf_counter() - start))

    def _tell_unless_closing(self, event: Any) -> None:
        if not self._closing:
            self._tell(event)


def _job(request: Request) -> Job:
    from kata.judge.scoring import Job

    return Job("exercises", {request.exercise.id: request.file})


def _is_there(file: Path) -> bool:
    end = time.monotonic() + GONE_SECONDS
    while not file.is_file():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
