"""Scores: the tests of one exercise as they come in, and the verdict that they become."""

from __future__ import annotations

import io
import time
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kata.course import Defaults, Exercise
from kata.course.answers import Variant
from kata.errors import JudgeError
from kata.judge.axes import axes_of
from kata.judge.checks import Session
from kata.judge.described import in_words, numbers
from kata.judge.diagnosis import mistake_is_right
from kata.judge.shortcuts import forbidden
from kata.judge.trial import Trial
from kata.text import plain
from kata.verdict import WITHOUT_AGREEMENT, WITHOUT_PROPERTY, ExerciseVerdict, TestVerdict, Wrong, exercise_verdict

MAX_SOURCE = 128 << 10  # bytes of a submission; the longest solution has a tenth of it

LEAST_SEEN = 2  # tests in which a mistake is seen that does not explain all, unless they are half of those that failed

POINTS = pytest.StashKey[float]()


@dataclass(frozen=True, eq=False)
class Job:
    """A submission to grade on one device, with the file for each exercise."""

    label: str
    files: dict[str, Path]  # exercise id -> file
    device: str = "cpu"


@dataclass(frozen=True)
class Options:
    """The options of a grader's `exercise` mark; None where course.toml's defaults hold."""

    points: float
    seconds: float
    memory_mb: int
    forbids: tuple[str, ...] = ()
    dtypes: tuple[str, ...] | None = None
    optimizers: bool = False  # whether its scenarios make any of torch's
    trains: bool = False  # whether a run of training is judged, too: its known answers are measured at fewer seeds


@dataclass
class Grading:
    """The tests of one exercise on one submission, as they come in."""

    job: Job
    exercise: Exercise
    session: Session
    tests: list[TestVerdict] = field(default_factory=list)
    candidates: list[list[Variant]] = field(default_factory=list)  # of each test, the mistakes that give all it saw
    seen: list[list[Trial]] = field(default_factory=list)  # by each test
    started: float = field(default_factory=time.perf_counter)

    def judged(self, item: pytest.Item, call: pytest.CallInfo[None]) -> TestVerdict:
        """Turn what a test ended with into a line of the verdict. What we fail to describe is ungraded, and no more is."""
        error = call.excinfo.value if call.excinfo else None
        try:
            verdict, fitting = self._described(item, error)
        except Exception as failure:  # with what a submission gave, anything may go wrong
            verdict, fitting = _ungraded(item, failure), []
        self.tests.append(verdict)
        self.candidates.append(fitting)
        self.seen.append([trial for trial, _ in self.session.seen])
        return verdict

    def _described(self, item: pytest.Item, error: BaseException | None) -> tuple[TestVerdict, list[Variant]]:
        points = item.stash[POINTS]
        if error is None:
            return TestVerdict(test_name(item), "passed", points, points), []
        if not isinstance(error, AssertionError):
            return _ungraded(item, error), []
        verdict = TestVerdict(test_name(item), getattr(error, "status", "failed"), 0.0, points)
        verdict.difference = getattr(error, "difference", None)
        verdict.allowed = getattr(error, "allowed", "")
        verdict.example = getattr(error, "example", None) or self.session.example()
        verdict.message = plain(self._in_words(error)) or WITHOUT_PROPERTY  # it may hold texts of the submission's
        verdict.inputs = numbers(getattr(error, "inputs", {}))
        fitting = self.session.mistakes() if verdict.status == "failed" else []
        if fitting:
            verdict.mistake, verdict.hint = fitting[0].name, fitting[0].hint
        return verdict, fitting

    def _in_words(self, error: AssertionError) -> str:
        if isinstance(error, Wrong):
            return in_words(error, axes_of(self.exercise.source))
        return str(error).partition("\nassert ")[0]  # a property's own message, without what pytest adds to it

    def verdict(self) -> ExerciseVerdict:
        """Sum up, and name the mistakes that are seen."""
        self.session.submission.close()
        self._name_mistakes()
        if self.session.compared and not self.session.agreed:
            self._give_nothing_for_nothing()
        seconds = time.perf_counter() - self.started
        return exercise_verdict(self.exercise.id, self.tests, seconds, self.session.submission.printed)

    def _give_nothing_for_nothing(self) -> None:
        """Fail the passed tests of an answer that never agrees: a constant has many a property."""
        for test in self.tests:
            if test.passed:
                test.status, test.points = "failed", 0.0
                test.message = WITHOUT_AGREEMENT

    def _name_mistakes(self) -> None:
        """Name one mistake throughout if it explains all failures, else those that are made beside something else."""
        failed = [number for number, test in enumerate(self.tests) if test.status == "failed"]
        found = {mistake.name: mistake for number in failed for mistake in self.candidates[number]}
        explains = {
            name: sum(mistake in self.candidates[number] for number in failed)
            for name, mistake in found.items()
            if self._is_made(mistake, failed)
        }
        # One test of many is a likeness: NaN for NaN, as when a second mistake lets through what the first would have hidden.
        explains = {name: count for name, count in explains.items() if count >= min(LEAST_SEEN, len(failed) / 2)}
        by_weight = sorted(explains, key=lambda name: -explains[name])
        for number in failed:
            test, names = self.tests[number], [mistake.name for mistake in self.candidates[number]]
            name = next((name for name in by_weight if name in names), "")
            test.mistake, test.hint = name, found[name].hint if name else ""
            test.besides = bool(name) and explains[name] < len(failed)

    def _is_made(self, mistake: Variant, failed: Sequence[int]) -> bool:
        """Tell whether the mistake is seen wherever it would show: then it is there, whatever else is.

        In part of that, it may be another one that only looks like it: a mask the wrong way round, with a second
        mistake, is no mask at all in some case.
        """
        right = [*self.session.right]
        for number in failed:
            if mistake not in self.candidates[number]:
                right += self.seen[number]
        return all(mistake_is_right(self.session.reference, mistake, trial) for trial in right)


def _ungraded(item: pytest.Item, failure: BaseException) -> TestVerdict:
    return TestVerdict(test_name(item), "ungraded", 0.0, item.stash[POINTS], plain(describe_failure(failure)))


def read_submission(file: Path | None, exercise: str = "") -> tuple[str, Wrong | None]:
    """Read a student's file; return its text, or the failure to tell if there is none.

    A link may not lead out of what was handed in, which is the file's folder or, where the path ends in the id of the
    `exercise`, the folder of the exercises: it could lead to a solution.
    """
    if file is None or not file.is_file():
        return "", Wrong(f"there is no file {file}" if file else "there is no file for it", "not_started")
    folder = file.parents[1] if exercise and file.parts[-2:] == Path(f"{exercise}.py").parts else file.parent
    if not file.resolve().is_relative_to(folder.resolve()):
        return "", Wrong("the file is a link that leads elsewhere; put the file itself in its place", "broken")
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_SOURCE + 1)
        if len(data) > MAX_SOURCE:
            return "", Wrong(f"the file is larger than {MAX_SOURCE >> 10} KiB", "broken")
        return _text(data).replace("\r\n", "\n").replace("\r", "\n"), None
    except OSError as error:
        return "", Wrong(f"the file cannot be read: {error}", "broken")
    except (SyntaxError, LookupError, ValueError) as error:
        return "", Wrong(f"the file cannot be read: {plain(str(error), 300)}; save it as UTF-8", "broken")


def _text(data: bytes) -> str:
    """Decode a program's text in the encoding that its first lines declare, as Python does."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding)


def test_name(item: Any) -> str:
    """`test_values[one head]` → `values[one head]`, without the part that tells submissions apart."""
    name = str(getattr(item, "originalname", item.name)).removeprefix("test_")
    spec = getattr(item, "callspec", None)
    ids = [str(part) for part in spec._idlist if not str(part).startswith("submission")] if spec else []
    return f"{name}[{'-'.join(ids)}]" if ids else name


test_name.__test__ = False  # type: ignore[attr-defined]


def describe_failure(error: BaseException) -> str:
    """Describe a failure of ours in a line: the error, and the innermost place in a grader."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.name.startswith("test_"):
            place = f" ({file}:{trace.tb_lineno})"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error}{place}"


def read_options(node: Any, defaults: Defaults) -> Options:
    """Read the grader's `exercise` mark, with the course's defaults where it says nothing.

    Raises:
        JudgeError: it says what no mark can, or forbids a family that there is not.
    """
    mark = node.get_closest_marker("exercise")
    given = dict(mark.kwargs) if mark else {}
    unknown = [name for name in given if name not in Options.__annotations__]
    if unknown:
        raise JudgeError(f"{node.path}: its mark says `{unknown[0]}`; a mark says {', '.join(Options.__annotations__)}")
    options = Options(**{**vars(defaults), **{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}})
    try:
        forbidden(options.forbids)
    except JudgeError as error:
        raise JudgeError(f"{node.path}: its mark forbids what is not known: {error}") from None
    return options
