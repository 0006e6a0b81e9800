"""The pytest plugin: gives graders `check`, `run` and `draw`, and keeps score.

`kata grade` runs it with the jobs it was asked for. Under plain `pytest graders/04_attention/…` (an IDE's test
explorer) it grades the file in exercises/, or the one that --kata-submission names.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kata.course import Course, Exercise
from kata.errors import JudgeError

if TYPE_CHECKING:  # this module loads with every pytest of the environment: torch only when there is something to grade
    from kata.judge.checks import Check, Run, Session
    from kata.judge.reference import Reference
    from kata.judge.scoring import Grading, Job
    from kata.judge.submission import Purse, Submission
    from kata.sandbox.host import Limits, Sandbox
    from kata.verdict import ExerciseVerdict, TestVerdict

    Enough = Callable[[Job, TestVerdict], bool]
    Wanted = Callable[[Job, str], bool]
    Mine = Callable[[Job, Exercise], bool]
    Seeds = Callable[[str, str], int]

JUDGING = "kata-judging"
WORDS = {"check", "run", "draw"}
GRADING = pytest.StashKey[Any]()  # the Grading that a test belongs to


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kata", "exercises graded by kata")
    group.addoption("--kata-submission", type=Path, help="the file to grade instead of the one in exercises/")
    group.addoption("--kata-device", default="cpu", choices=["cpu", "cuda"], help="where to run it (default: cpu)")
    group.addoption("--kata-seed", type=int, default=0, help="the seed that the inputs are drawn from (default: 0)")
    group.addoption(
        "--kata-in-process",
        action="store_true",
        help="run the submission inside pytest, NOT isolated and without limits, so that a debugger can step into it",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "exercise(points, seconds, memory_mb, forbids, dtypes, optimizers, trains): what a grader asks for, course.toml otherwise",
    )
    config.addinivalue_line("markers", "points(n): what a test is worth, shared by its cases")
    if not config.pluginmanager.has_plugin(JUDGING):
        judging = Judging()
        judging.begin(None, config.getoption("--kata-seed"))
        config.pluginmanager.register(judging, JUDGING)


@dataclass(eq=False)
class Judging:
    """A pytest plugin that grades time and again: it holds the jobs of a grading, and what it keeps for the next."""

    course: Course | None = None
    sandbox: Sandbox | None = None
    in_process: bool = False
    reference_of: Callable[..., Reference] | None = None  # None: kata.judge.recorded's
    known: dict[Path, tuple[Any, int, Reference]] = field(default_factory=dict)  # kept from one grading to the next
    limits: dict[Path, Limits] = field(default_factory=dict)  # likewise: of the workers for each grader

    def begin(
        self,
        jobs: Sequence[Job] | None,
        seed: int | Seeds,
        finished: Callable[[Job, ExerciseVerdict], None] | None = None,
        enough: Enough | None = None,
        wanted: Wanted | None = None,
        mine: Mine | None = None,
        *,
        recall: bool = False,
    ) -> None:
        """Begin on a grading. Without jobs, the options of a plain pytest run say what is graded.

        `enough` says of a job, after a failed test, that its other tests need not be run, `wanted` whether a test, by
        its name, is to be run at all, and `recall` whether the cases that are kept for a drill are. `mine` says of a
        job whether this judge grades it, where others go through the same ones. `seed` may be what says one for each
        answer, from the id of its exercise and its text.
        """
        self.jobs, self.seed, self.finished, self.recall = jobs, seed, finished, recall
        self.enough, self.wanted, self.mine = enough, wanted, mine
        self.interrupted = False
        self.errors: dict[Path, str] = {}  # grader -> why it does not judge
        self._purses: dict[int, Purse] = {}  # of each job, by its id
        self._done: set[int | None] = set()  # the numbers of the jobs of which there was enough

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each test once a job. Tests know jobs by number, so that they can be run again on others."""
        if not WORDS & set(metafunc.fixturenames) or "kata_exercise" not in metafunc.fixturenames:
            return
        numbers = range(1 if self.jobs is None else len(self.jobs))
        ids = [f"submission{n}" for n in numbers] if len(numbers) > 1 else [pytest.HIDDEN_PARAM]
        metafunc.parametrize("kata_exercise", numbers, indirect=True, ids=ids, scope="module")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if not self.recall:
            config.hook.pytest_deselected(items=[item for item in items if _is_for_recall(item)])
            items[:] = [item for item in items if not _is_for_recall(item)]
        graded = [item for item in items if _is_graded(item)]
        if not graded:
            return
        from kata.judge.scoring import POINTS

        self._look_at_marks(graded)
        if self.jobs is not None:
            items[:] = [item for item in items if item.path not in self.errors]
        shares = Counter(map(_share, graded))
        for item in graded:
            mark = item.get_closest_marker("points")
            item.stash[POINTS] = (float(mark.args[0]) if mark else 1.0) / shares[_share(item)]
            item.repr_failure = partial(_say_or_show, item.repr_failure)  # type: ignore[method-assign]

    def _look_at_marks(self, items: Sequence[pytest.Item]) -> None:
        """What is wrong with a grader's mark is said once, and not of each of its tests."""
        from kata.judge.scoring import read_options

        for path, item in {item.path: item for item in items}.items():
            try:
                read_options(item, (self.course or Course.find(path.parent)).defaults)
            except JudgeError as error:
                self.errors[path] = str(error)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        item.stash[GRADING] = None  # what an earlier run of it left
        number = _number(item)
        if number is None or self.jobs is None:
            return None
        if self.mine and not self.mine(self.jobs[number], self.exercise(item.path)):
            return True
        return True if number in self._done or not self._is_wanted(self.jobs[number], item) else None

    def _is_wanted(self, job: Job, item: pytest.Item) -> bool:
        from kata.judge.scoring import test_name

        return self.wanted is None or self.wanted(job, test_name(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        report = yield
        grading = item.stash.get(GRADING, None)
        if grading is None:
            if report.failed and _is_graded(item) and call.excinfo:
                self._not_judged(item, call.excinfo.value)
            return report
        if call.when != "call" and not report.failed:
            return report
        verdict = grading.judged(item, call)
        if self.enough and not verdict.passed and self.enough(grading.job, verdict):
            self._done.add(_number(item))
        if verdict.status != "ungraded" and report.failed:
            report.longrepr = "\n".join(filter(None, (verdict.message, _named(verdict))))
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            path = self.course.root / report.nodeid.partition("::")[0] if self.course else Path(report.nodeid)
            reason = str(report.longrepr).strip().splitlines()[-1].removeprefix("E").strip()
            self.errors[path] = f"{path} does not import: {reason}"

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True

    def open(self, number: int, request: pytest.FixtureRequest) -> Grading:
        """Begin on the exercise of this grader, with the submission of one job."""
        from kata.judge.scoring import Grading

        exercise = self.exercise(request.path)
        job = self._job_of(request.config, exercise) if self.jobs is None else self.jobs[number]
        session = self._session(request, job, exercise)
        if self.sandbox:
            # This waits for the sandbox, before the clock of the first exercise runs.
            _ = self.sandbox.on(job.device).isolation
        return Grading(job, exercise, session)

    def close(self, grading: Grading) -> None:
        verdict = grading.verdict()
        later = itertools.dropwhile(lambda job: job is not grading.job, self.jobs or [])
        self.expect(grading.exercise.grader, next(itertools.islice(later, 1, None), None))
        if self.finished:
            self.finished(grading.job, verdict)

    def expect(self, grader: Path, job: Job | None) -> None:
        """Have the worker that this job will ask for forked by then, if this grader has asked for one before."""
        limits = self.limits.get(grader)
        if self.sandbox and job and limits:
            self.sandbox.on(job.device).expect(limits)

    def exercise(self, path: Path) -> Exercise:
        if self.course is None or not path.is_relative_to(self.course.root):
            self.course = Course.find(path.parent)
        return self.course.graded_by(path)

    def _job_of(self, config: pytest.Config, exercise: Exercise) -> Job:
        """Make the job that the options of a plain pytest run ask for."""
        from kata.judge.scoring import Job

        self.in_process = config.getoption("--kata-in-process")
        file = config.getoption("--kata-submission") or exercise.stub
        if file.is_dir():
            file = file / f"{exercise.id}.py"
        return Job(str(file), {exercise.id: file}, config.getoption("--kata-device"))

    def _session(self, request: pytest.FixtureRequest, job: Job, exercise: Exercise) -> Session:
        import torch

        from kata.course.answers import Answers
        from kata.judge.checks import Session
        from kata.judge.recorded import reference_of
        from kata.judge.scoring import read_options

        torch.set_num_threads(1)  # as in the worker, so that both round alike
        options = read_options(request.node, (self.course or Course.find(request.path.parent)).defaults)
        submission = self._submission(job, exercise, options, request.module)
        seed = self.seed if isinstance(self.seed, int) else self.seed(exercise.id, submission.source)
        known = self.known.get(exercise.grader)
        if known is None or known[:2] != (request.module, seed):
            reference = known[2].afresh() if known and known[0] is request.module else None
            if reference is None:
                open_ = self.reference_of or reference_of
                reference = open_(exercise, Answers.of(exercise).mistakes, seed, "names" if options.forbids else "")
            known = self.known[exercise.grader] = (request.module, seed, reference)
        return Session(submission, known[2], torch.device(job.device), seed, options.forbids, options.dtypes)

    def _submission(self, job: Job, exercise: Exercise, options: Any, grader: Any) -> Submission:
        import cloudpickle

        from kata.judge.scoring import read_submission
        from kata.judge.submission import InProcess, Purse, Submission
        from kata.sandbox.host import Limits, Sandbox

        source, unread = read_submission(job.files.get(exercise.id), exercise.id)
        file = f"{exercise.id}.py"
        if self.in_process:
            return InProcess(source, str(job.files[exercise.id]))
        cloudpickle.register_pickle_by_value(grader)  # a worker cannot import graders, so their scenarios go whole
        self.sandbox = self.sandbox or Sandbox([exercise.root])
        limits = Limits(
            memory=options.memory_mb << 20,
            # The judge's count acts first; this ends what escapes its session.
            cpu_seconds=int(8 * options.seconds + 30),
            prepared=options.optimizers,
        )
        self.limits[exercise.grader] = limits
        purse = self._purses.setdefault(id(job), Purse())
        return Submission(source, file, self.sandbox.on(job.device), limits, options.seconds, unread, purse)

    def _not_judged(self, item: pytest.Item, error: BaseException) -> None:
        from kata.judge.scoring import describe_failure

        self.errors[item.path] = str(error) if isinstance(error, JudgeError) else describe_failure(error)


def _named(verdict: TestVerdict) -> str:
    return f"This looks like: {verdict.mistake}\nHint: {verdict.hint}" if verdict.mistake else ""


@pytest.fixture(scope="module")
def kata_exercise(request: pytest.FixtureRequest) -> Iterator[Grading]:
    """Open the exercise of this grader, with the submission of one job."""
    judging: Any = request.config.pluginmanager.get_plugin(JUDGING)
    grading = judging.open(request.param, request)
    try:
        yield grading
    finally:
        judging.close(grading)


@pytest.fixture
def kata_session(request: pytest.FixtureRequest, kata_exercise: Grading) -> Session:
    from kata.judge.scoring import test_name

    request.node.stash[GRADING] = kata_exercise
    kata_exercise.session.new_test(test_name(request.node))
    return kata_exercise.session


@pytest.fixture
def check(kata_session: Session) -> Check:
    """A `Check`, which compares the submission with the reference on a case."""
    from kata.judge.checks import Check

    return Check(kata_session)


@pytest.fixture
def run(kata_session: Session) -> Run:
    """A `Run`, which calls the submission alone, for properties and statistics."""
    from kata.judge.checks import Run

    return Run(kata_session)


@pytest.fixture
def draw(kata_session: Session) -> Callable[[Any], Any]:
    """A function that draws one input from a recipe; the name of the test and the order of the draws are the seed."""
    from kata.judge import cases

    count = itertools.count()

    def one(recipe: Any) -> Any:
        seed = cases.seed_of(kata_session.seed, kata_session.test, f"draw {next(count)}")
        return cases.draw(recipe, seed, kata_session.reference.implementation)

    return one


def _say_or_show(show: Callable[[Any], Any], failure: pytest.ExceptionInfo[BaseException]) -> Any:
    """Show a verdict's message alone. Only a failure of ours is worth pytest's traceback, which takes 50 ms to set."""
    return str(failure.value) if isinstance(failure.value, AssertionError) else show(failure)


def _is_graded(item: pytest.Item) -> bool:
    return bool(WORDS & set(getattr(item, "fixturenames", ())))


def _is_for_recall(item: pytest.Item) -> bool:
    cases = item.callspec.params.values() if _is_graded(item) and hasattr(item, "callspec") else ()
    return any(getattr(case, "recall", False) for case in cases)


def _share(item: Any) -> tuple[Any, Any]:
    """A key for tests that share points: the cases of one test function, on one submission."""
    return item.function, _number(item)


def _number(item: Any) -> int | None:
    """Look up the number of the job that a test is run on."""
    spec = getattr(item, "callspec", None)
    number = spec.params.get("kata_exercise") if spec else None
    return number if isinstance(number, int) else None  # where there are no jobs, pytest has a mark for that
