"""Grade submissions: the way in for the command line, the classroom and the tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_timeout

from kata.course import Course, Exercise
from kata.errors import JudgeError
from kata.judge import parallel, plugin
from kata.judge.plugin import JUDGING, Judging
from kata.judge.reference import Reference
from kata.judge.scoring import Job
from kata.sandbox import Limits, Sandbox
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict

Report = Callable[[Job, ExerciseVerdict], None]
Enough = Callable[[Job, TestVerdict], bool]
Wanted = Callable[[Job, str], bool]
Mine = Callable[[Job, Exercise], bool]

# Only what a grader needs: each plugin left out saves time before the first verdict.
_LEFT_OUT = """
    cacheprovider capture debugging doctest faulthandler junitxml logging monkeypatch pastebin recwarn setuponly
    setupplan stepwise subtests terminal terminalprogress threadexception tmpdir unraisableexception warnings
"""
_SILENT = [
    "--assert=plain",
    "--import-mode=importlib",
    "--continue-on-collection-errors",
    "--disable-plugin-autoload",
    "-odisable_test_id_escaping_and_forfeit_all_rights_to_community_support=true",  # names are read, also in Chinese
    "--noconftest",
    f"-c{os.devnull}",
    *(f"-pno:{name}" for name in _LEFT_OUT.split()),
]


@dataclass
class Judge:
    """Grades any number of times in one warm process. Use it as a context, or close it.

    The sandbox is started at once, and loads torch while this process does the same.
    """

    course: Course
    sandbox: Sandbox = None  # type: ignore[assignment]  # made for this course unless given
    in_process: bool = False  # run submissions in this process, NOT isolated: what `make bench` compares with
    stays_ready: bool = False  # the next grading is most likely of the same exercise: keep a worker for it
    reference_of: Callable[..., Reference] | None = None  # what stands for a reference, where one records it
    _known: dict[Any, Any] = field(default_factory=dict)
    _limits: dict[Path, Limits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.in_process:
            self.sandbox = self.sandbox or Sandbox([self.course.root])
        gc.freeze()  # torch's half a million objects live to the end: no collection need look at them again

    def grade(
        self,
        exercises: Sequence[Exercise],
        jobs: Sequence[Job],
        *,
        seed: int = 0,
        processes: int = 1,
        report: Report = lambda job, verdict: None,
        enough: Enough | None = None,
        wanted: Wanted | None = None,
        recall: bool = False,
    ) -> list[SubmissionVerdict]:
        """Grade every job's files for these exercises and return one verdict a job, exercises in the order given.

        `report` is called as each exercise of each job is done. `enough` may say, after a failed test, that the rest of a
        job need not be run, and `wanted` whether a test, by its name, is to be run at all; the score then means nothing.
        With `recall`, the cases that are kept for a drill are run along with the others and take a share of their points.
        What the judge fails at is `ungraded`, with the reason in its message; the rest is graded all the same.
        """
        tests: dict[str, Any] = {"enough": enough, "wanted": wanted, "recall": recall}
        if processes > 1 and max(len(exercises), len(jobs)) > 1:
            found = self._grade_in_parallel(exercises, jobs, seed, processes, report, tests)
        else:
            found = self._grade_here(exercises, jobs, seed, report, **tests)
        order = {exercise.id: place for place, exercise in enumerate(exercises)}
        return [
            SubmissionVerdict(
                job.label,
                job.device,
                seed,
                "none" if self.in_process else self.sandbox.isolation,
                sorted((v for owner, v in found if owner == number), key=lambda v: order[v.id]),
            )
            for number, job in enumerate(jobs)
        ]

    def load(self, exercises: Sequence[Exercise]) -> None:
        """Import the graders of these exercises, once for all forks. No worker is needed for it, nor waited for."""
        if any(exercise.grader not in _imported for exercise in exercises):
            self._grade_here(exercises, [], seed=0)

    def reference(self, exercise: Exercise) -> Reference:
        """What the gradings so far have asked of the exercise's reference."""
        found: Reference = self._known[exercise.grader][2]
        return found

    def close(self) -> None:
        if not self.in_process:
            self.sandbox.close()

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _grade_here(
        self,
        exercises: Sequence[Exercise],
        jobs: Sequence[Job],
        seed: int,
        report: Report = lambda job, verdict: None,
        enough: Enough | None = None,
        wanted: Wanted | None = None,
        recall: bool = False,
        mine: Mine | None = None,
    ) -> list[tuple[int, ExerciseVerdict]]:
        found: list[tuple[int, ExerciseVerdict]] = []

        def finished(job: Job, verdict: ExerciseVerdict) -> None:
            found.append((next(n for n, other in enumerate(jobs) if other is job), verdict))
            report(job, verdict)

        judging = Judging(
            jobs=list(jobs),
            seed=seed,
            sandbox=self.sandbox,
            finished=finished,
            course=self.course,
            known=self._known,
            limits=self._limits,
            in_process=self.in_process,
            enough=enough,
            wanted=wanted,
            recall=recall,
            mine=mine,
            reference_of=self.reference_of,
        )
        present = [exercise for exercise in exercises if exercise.grader.is_file()]
        if present:
            for exercise in present:
                _forget_if_changed(exercise)
            judging.expect(present[0].grader, jobs[0] if jobs else None)
            arguments = [f"--rootdir={self.course.root}", *_SILENT, *(str(e.grader) for e in present)]
            with _without_options_of_the_user():
                code = pytest.main(arguments, [_Registered(judging), plugin, pytest_timeout])
            if self.stays_ready and jobs:
                judging.expect(present[-1].grader, jobs[0])
            elif self.sandbox:
                self.sandbox.expect(None)
            for grader in judging.errors:  # half a module is left, which must not pass for the whole next time
                _imported.pop(grader, None)
            if judging.interrupted:
                raise KeyboardInterrupt
            if code == pytest.ExitCode.INTERNAL_ERROR or code == pytest.ExitCode.USAGE_ERROR:
                raise JudgeError(f"pytest failed inside the judge: {'; '.join(judging.errors.values()) or code!r}")
        graded = {(number, verdict.id) for number, verdict in found}
        for exercise in exercises:
            for number, job in enumerate(jobs):
                if (number, exercise.id) not in graded and (mine is None or mine(job, exercise)):
                    finished(job, self._ungraded(exercise, judging))
        return found

    def _ungraded(self, exercise: Exercise, judging: Judging) -> ExerciseVerdict:
        reason = judging.errors.get(exercise.grader, f"{exercise.grader} holds no test")
        if not exercise.grader.is_file():
            reason = f"{exercise.grader} is missing. Restore it, or take its line out of course.toml."
        return ExerciseVerdict(exercise.id, "ungraded", None, self.course.defaults.points, 0.0, message=reason)

    def _grade_in_parallel(
        self,
        exercises: Sequence[Exercise],
        jobs: Sequence[Job],
        seed: int,
        processes: int,
        report: Report,
        tests: dict[str, Any],
    ) -> list[tuple[int, ExerciseVerdict]]:
        """Fork judges, each with a share of the exercises; where there are fewer of these than jobs, each takes what is next."""
        import torch

        torch.set_num_threads(1)  # before the fork: a thread pool does not survive it
        by_exercise = len(exercises) >= len(jobs)
        if not by_exercise:
            self.load(exercises)
        places = {(id(job), e.id): place for place, (e, job) in enumerate(product(exercises, jobs))}
        found: list[tuple[int, ExerciseVerdict]] = []
        with closing(parallel.Queue(len(places))) as queue, closing(parallel.Forks()) as forks:
            if not by_exercise:
                tests = {**tests, "mine": lambda job, exercise: queue.is_mine(places[id(job), exercise.id])}
            for n in range(min(processes, max(len(exercises), len(jobs)))):
                self._fork(forks, exercises[n::processes] if by_exercise else exercises, jobs, seed, tests)
            for number, verdict in forks.found():
                found.append((number, verdict))
                report(jobs[number], verdict)
        return found

    def _fork(
        self,
        forks: parallel.Forks,
        exercises: Sequence[Exercise],
        jobs: Sequence[Job],
        seed: int,
        tests: dict[str, Any],
    ) -> None:
        def work(send: parallel.Send) -> None:
            judge = replace(self, sandbox=branch)
            judge._grade_here(exercises, jobs, seed, lambda job, verdict: send((jobs.index(job), verdict)), **tests)

        branch = self.sandbox.branch()
        try:
            forks.start(work)
        finally:
            branch.close()


@contextmanager
def _without_options_of_the_user() -> Iterator[None]:
    """What a person sets for their own pytest must not choose the tests of a grading."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _forget_if_changed(exercise: Exercise) -> None:
    """Have pytest import a grader anew that was edited, or that another course has under the same name."""
    name = ".".join(exercise.grader.relative_to(exercise.root).with_suffix("").parts)
    now = exercise.grader.stat().st_mtime_ns
    if _imported.get(exercise.grader) != now or getattr(sys.modules.get(name), "__file__", None) != str(
        exercise.grader
    ):
        sys.modules.pop(name, None)
    _imported[exercise.grader] = now


_imported: dict[Path, int] = {}  # grader -> when it was last changed, as of its import


class _Registered:
    """Puts our `Judging` in place before the plugin would make one of its own."""

    def __init__(self, judging: Judging):
        self._judging = judging

    def pytest_addoption(self, parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
        pluginmanager.register(self._judging, JUDGING)
