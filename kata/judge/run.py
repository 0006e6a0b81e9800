"""Grade submissions: the way in for the command line, the classroom and the tests."""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kata.course import Course, Exercise
from kata.errors import JudgeError
from kata.judge.collection import Collection
from kata.judge.plugin import Judging
from kata.judge.reference import Reference
from kata.judge.scoring import Job
from kata.sandbox import Sandbox
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict

Report = Callable[[Job, ExerciseVerdict], None]
Enough = Callable[[Job, TestVerdict], bool]
Wanted = Callable[[Job, str], bool]


@dataclass
class Judge:
    """Grades any number of times in one warm process. Use it as a context, or close it.

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
        if processes > 1:
            found = self._grade_in_parallel(exercises, jobs, seed, processes, enough, wanted, recall)
        else:
            found = self._grade_here(exercises, jobs, seed, report, enough, wanted, recall)
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

    def reference(self, exercise: Exercise) -> Reference:
        """What the gradings so far have asked of the exercise's reference."""
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
        seed: int,
        report: Report = lambda job, verdict: None,
        enough: Enough | None = None,
        wanted: Wanted | None = None,
        recall: bool = False,
    ) -> list[tuple[int, ExerciseVerdict]]:
        found: list[tuple[int, ExerciseVerdict]] = []

        def finished(job: Job, verdict: ExerciseVerdict) -> None:
            found.append((next(n for n, other in enumerate(jobs) if other is job), verdict))
            report(job, verdict)

        judging = self._judging
        judging.begin(jobs, seed, finished, enough, wanted, recall=recall)
        present = [exercise for exercise in exercises if exercise.grader.is_file()]
        if present:
            judging.expect(present[0].grader, jobs[0] if jobs else None)
            try:
                self._collection.run(present)
            finally:
                if self.sandbox:
                    self.sandbox.expect(None)
        graded = {(number, verdict.id) for number, verdict in found}
        for number, _ in enumerate(jobs):
            for exercise in exercises:
                if (number, exercise.id) not in graded:
                    found.append((number, self._ungraded(exercise)))
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
        seed: int,
        processes: int,
        enough: Enough | None,
        wanted: Wanted | None,
        recall: bool,
    ) -> list[tuple[int, ExerciseVerdict]]:
        """Fork a judge for every share of the exercises or, where there are fewer of these, of the jobs."""
        import torch

        torch.set_num_threads(1)  # before the fork: a thread pool does not survive it
        by_exercise = len(exercises) >= len(jobs)
        shares = [
            (exercises[n::processes], list(enumerate(jobs)))
            if by_exercise
            else (exercises, list(enumerate(jobs))[n::processes])
            for n in range(processes)
        ]
        tests = {"enough": enough, "wanted": wanted, "recall": recall}
        children = [self._fork(part, own, seed, tests) for part, own in shares if part and own]
        answers = [_collect(*child) for child in children]
        for answer in answers:
            if isinstance(answer, JudgeError):
                raise answer
        return [verdict for answer in answers for verdict in answer]

    def _fork(
        self, exercises: Sequence[Exercise], jobs: list[tuple[int, Job]], seed: int, tests: dict[str, Any]
    ) -> tuple[int, int]:
        branch = self.sandbox.branch()
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            answer: Any = JudgeError("a parallel judge ended early")
            try:
                judge = Judge(self.course, branch, self.in_process)
                found = judge._grade_here(exercises, [job for _, job in jobs], seed, **tests)
                answer = [(jobs[number][0], verdict) for number, verdict in found]
            except BaseException as error:
                answer = JudgeError(f"{type(error).__name__}: {error}")
            finally:
                with os.fdopen(write, "wb") as pipe:
                    pickle.dump(answer, pipe)
                os._exit(0)
        os.close(write)
        branch.close()
        return pid, read


def _collect(pid: int, read: int) -> Any:
    """What a parallel judge found, or the JudgeError that it ended with."""
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    os.waitpid(pid, 0)
    return pickle.loads(data) if data else JudgeError("a parallel judge was killed")
