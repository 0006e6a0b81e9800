"""Grade submissions: the way in for the command line, the classroom and the tests."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from kata.course import Course, Exercise
from kata.judge import parallel
from kata.judge.collection import Collection
from kata.judge.plugin import Judging
from kata.judge.reference import Reference
from kata.judge.scoring import Job
from kata.sandbox.host import Sandbox
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict

Report = Callable[[Job, ExerciseVerdict], None]
Enough = Callable[[Job, TestVerdict], bool]
Wanted = Callable[[Job, str], bool]
Mine = Callable[[Job, Exercise], bool]
Seeds = Callable[[str, str], int]  # of the id of an exercise and the text of an answer to it


@dataclass
class Judge:
    """A warm judge that grades any number of times in one process. Use it as a context, or close it.

    The sandbox is started at once, and loads torch while this process does the same.
    """

    course: Course
    sandbox: Sandbox = None  # type: ignore[assignment]  # made for this course unless given
    in_process: bool = False  # run submissions in this process, NOT isolated: what `make bench` compares with
    reference_of: Callable[..., Reference] | None = None  # what stands for a reference, where one records it

    def __post_init__(self) -> None:
        if not self.in_process:
            self.sandbox = self.sandbox or Sandbox([self.course.root])
        self._judging = Judging(self.course, self.sandbox, self.in_process, self.reference_of)
        self._collection = Collection(self.course.root, self._judging)
        gc.freeze()  # torch's half a million objects live to the end: no collection need look at them again

    def grade(
        self,
        exercises: Sequence[Exercise],
        jobs: Sequence[Job],
        *,
        seed: int | Seeds = 0,
        processes: int = 1,
        report: Report = lambda job, verdict: None,
        enough: Enough | None = None,
        wanted: Wanted | None = None,
        recall: bool = False,
    ) -> list[SubmissionVerdict]:
        """Grade every job's files for these exercises and return one verdict a job, exercises in the order given.

        `report` is called as each exercise of each job is done. `enough` may say, after a failed test, that the rest of
        a job need not be run, and `wanted` whether a test, by its name, is to be run at all; the score then means
        nothing. With `recall`, the cases that are kept for a drill are run along with the others and take a share of
        their points. What the judge fails at is `ungraded`, with the reason in its message; the rest is graded all the
        same.
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
                seed if isinstance(seed, int) else None,
                "none" if self.in_process else self.sandbox.isolation,
                sorted((v for owner, v in found if owner == number), key=lambda v: order[v.id]),
            )
            for number, job in enumerate(jobs)
        ]

    def load(self, exercises: Sequence[Exercise]) -> None:
        """Import the graders of these exercises, once for all forks. No worker is needed for it, nor waited for."""
        self._grade_here(exercises, [], seed=0)

    def reference(self, exercise: Exercise) -> Reference:
        """The exercise's reference, with all outcomes that gradings so far have asked for."""
        return self._judging.known[exercise.grader][2]

    def expect(self, exercise: Exercise, job: Job) -> None:
        """Say what is most likely graded next, so that its worker is ready by then. This never waits."""
        self._judging.expect(exercise.grader, job)

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
        seed: int | Seeds,
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

        judging = self._judging
        judging.begin(jobs, seed, finished, enough, wanted, mine, recall=recall)
        present = [exercise for exercise in exercises if exercise.grader.is_file()]
        if present:
            judging.expect(present[0].grader, jobs[0] if jobs else None)
            try:
                self._collection.run(present)
            finally:
                if self.sandbox:
                    self.sandbox.expect(None)
        graded = {(number, verdict.id) for number, verdict in found}
        for exercise in exercises:
            for number, job in enumerate(jobs):
                if (number, exercise.id) not in graded and (mine is None or mine(job, exercise)):
                    finished(job, self._ungraded(exercise))
        return found

    def _ungraded(self, exercise: Exercise) -> ExerciseVerdict:
        reason = self._judging.errors.get(exercise.grader, f"{exercise.grader} holds no test")
        if not exercise.grader.is_file():
            reason = f"{exercise.grader} is missing. Restore it, or take its line out of course.toml."
        return ExerciseVerdict(exercise.id, "ungraded", None, self.course.defaults.points, 0.0, message=reason)

    def _grade_in_parallel(
        self,
        exercises: Sequence[Exercise],
        jobs: Sequence[Job],
        seed: int | Seeds,
        processes: int,
        report: Report,
        tests: dict[str, Any],
    ) -> list[tuple[int, ExerciseVerdict]]:
        """Fork judges, each with a share of the exercises or, if there are more jobs, taking the next job in turn."""
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
        seed: int | Seeds,
        tests: dict[str, Any],
    ) -> None:
        def work(send: parallel.Send) -> None:
            judge = replace(self, sandbox=branch)
            judge._judging.known, judge._judging.limits = self._judging.known, self._judging.limits
            judge._grade_here(exercises, jobs, seed, lambda job, verdict: send((jobs.index(job), verdict)), **tests)

        branch = self.sandbox.branch()
        try:
            forks.start(work)
        finally:
            branch.close()
