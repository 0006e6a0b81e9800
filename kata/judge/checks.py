"""Checks that a grader's tests are written in: `check.values`, `check.gradients`, `check.share`, … and `run`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import torch

from kata.course.answers import Variant
from kata.errors import JudgeError
from kata.execution.nested import blank, tensors
from kata.execution.scenario import Outcome, Scenario
from kata.execution.torch_calls import TorchCall
from kata.judge.agreement import check_agreement
from kata.judge.calls import Call, calls_of, lines_of
from kata.judge.cases import Case, cast, draw, seed_of
from kata.judge.comparison import check_outcome, check_settings
from kata.judge.diagnosis import matching_mistakes, mistake_is_right
from kata.judge.reference import Reference
from kata.judge.shortcuts import bare_name, first_forbidden
from kata.judge.statistics import Expectation, Frequencies, Moments, Of, Share, Statistic, whole
from kata.judge.submission import Submission
from kata.judge.trial import Cost, Trial
from kata.text import plain
from kata.verdict import Example, Wrong

# The order in which dtypes are tried. float32 first, where a mistake is plainest; float64 sees the finest ones, and
# half precision what overflows. Each device takes the half precision that models are trained in on it.
DTYPES = {
    "cpu": ("float32", "float64", "bfloat16"),
    "cuda": ("float32", "float64", "float16", "bfloat16"),
}

# Exceptions that no statement asks for, and that refuse nothing.
SLIPS = {"NotImplementedError", "MissingError", "SystemExit", "NameError", "AttributeError", "ImportError"}

# What a request to a worker takes by itself, in seconds: no part of what a student's code takes.
ROUND_TRIP = 0.002

# Failed tests that no known mistake explains, after which no other mistake is looked for: each look runs them all, and an
# answer that fails everything each time in a way of its own would hold the judge twenty times as long as a right one.
MOST_UNEXPLAINED = 6


@dataclass
class Session:
    """The state that the tests of one submission to one exercise on one device share."""

    submission: Submission
    reference: Reference
    device: torch.device
    seed: int
    forbids: tuple[str, ...] = ()
    dtypes: tuple[str, ...] | None = None
    test: str = ""
    seen: list[tuple[Trial, Outcome]] = field(default_factory=list)  # in the test that is running
    right: list[Trial] = field(default_factory=list)  # in which the submission agreed, in any test so far
    draws: int = 0  # calls of `run` in this test
    asked: int = 0  # and of `check`
    compared: bool = False  # whether a result was held against the reference's
    may_keep: bool = True  # whether what is wrong may be so for what was kept of another call
    agreed: bool = False  # whether one agreed
    unexplained: int = 0  # failed tests that no known mistake explains
    suspected: dict[str, Variant] = field(default_factory=dict)  # mistakes that explain another test

    @property
    def named(self) -> Sequence[str]:
        """The dtypes that cases run in: those of the exercise that the device runs in, or all of these."""
        here = DTYPES[self.device.type]
        return [name for name in self.dtypes if name in here] if self.dtypes else here

    def new_test(self, name: str) -> None:
        self.test, self.seen, self.draws, self.asked = name, [], 0, 0
        self.submission.new_test()

    def try_out(self, trials: Sequence[Trial]) -> Generator[Outcome, None, None]:
        """Run trials on the submission.

        Raises:
            Wrong: there is nothing to compare: it does not import, ran out of time, or used what is forbidden.
        """
        outcomes = self.submission.run(self.reference.expected(trial).request for trial in trials)
        with closing(outcomes):
            for trial, gave in zip(trials, outcomes, strict=True):
                outcome = self.reference.read(trial, gave)
                self._check_rules(trial, outcome)
                yield outcome

    def _check_rules(self, trial: Trial, outcome: Outcome) -> None:
        shortcut = first_forbidden(outcome.ops, self.forbids)
        if shortcut:
            raise Wrong(_refusal(shortcut), "refused")
        self.seen.append((trial, outcome))
        if outcome.raised and not self.reference.expected(trial).ours.raised:
            raise self.submission.explain(outcome.raised)

    def calls(self, trial: Trial) -> list[Call]:
        """Find the calls that the scenario of a trial makes."""
        return calls_of(trial.scenario, trial.inputs, self.reference.exercise.source.read_text(encoding="utf-8"))

    def example(self, trial: Trial | None = None) -> Example | None:
        """Write the lines that reproduce a trial, by default the last one of this test."""
        trial = trial or (self.seen[-1][0] if self.seen else None)
        return Example(lines_of(self.calls(trial), trial.inputs), self.submission.said) if trial else None

    def alone(self, trial: Trial, wrong: Wrong) -> Wrong:
        """Return the failure or, if the same call is right when it comes first, its cause: a result kept from another.

        An answer that was wrong all by itself once is not asked again: it has another mistake to mend first.
        """
        if not self.may_keep or wrong.status != "failed" or trial.statistic:
            return wrong
        self.submission.forget()
        request = replace(self.reference.expected(trial).request, earlier=())
        try:
            (outcome,) = self.submission.run([request])
            check_outcome(self.reference, trial, outcome)
        except Wrong:
            self.may_keep = False
            return wrong
        return Wrong(
            f"right if it is the first call, but after one with other inputs (what is kept from it?): {wrong}",
            wrong.status,
            wrong.difference,
            wrong.allowed,
        )

    def mistakes(self) -> list[Variant]:
        """List the known mistakes that explain the running test, and are right wherever the submission was."""
        lost = self.unexplained >= MOST_UNEXPLAINED
        known = list(self.suspected.values()) if lost else self.reference.mistakes
        found = [
            mistake
            for mistake in matching_mistakes(self.reference, known, self.seen)
            if all(mistake_is_right(self.reference, mistake, trial) for trial in self.right)
        ]
        self.unexplained += not found
        self.suspected |= {mistake.name: mistake for mistake in found}
        return found


class Check:
    """Compare the submission with the reference on a case, at every dtype of the run."""

    def __init__(self, session: Session):
        self._session = session

    def values(self, scenario: Scenario, case: Case) -> None:
        """Check that values, shape, dtype, device, NaN and inf agree, and that the arguments are left alone."""
        self._try(self._trials(scenario, case), case)

    def gradients(self, scenario: Scenario, case: Case) -> None:
        """Check `values`, and that the gradient that reaches each floating-point input agrees too."""
        self._try(self._trials(scenario, case, with_gradients=True), case)

    def raises(self, error: type[Exception], scenario: Scenario, case: Case) -> None:
        """Check that the submission refuses the input with this exception, raised by itself."""
        trial = self._trials(scenario, case)[0]  # what is refused is refused at every dtype alike
        raised = self._session.reference.expected(trial).ours.raised
        if raised is None or raised.type != error.__name__:
            raise JudgeError(f"the reference does not raise {error.__name__} on the case '{case}'")
        (outcome,) = self._session.try_out([trial])
        if outcome.raised and (not outcome.raised.entered or SLIPS & {*outcome.raised.bases}):
            # The call did not fit, or something went wrong before anything could be refused.
            raise self._with_call(self._session.submission.explain(outcome.raised), trial)
        self._judge(trial, outcome)

    def cost(
        self,
        scenario: Scenario,
        case: Case,
        *,
        calls: float | None = None,
        flops: float | None = None,
        largest: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """Check `values` in float32, and that the run stays within these costs.

        `calls` (torch operations), `flops` (of matrix products) and `seconds` are multiples of what the reference
        takes in this run; `largest` is how many numbers the largest tensor made on the way may hold. The counts come
        from the worker: they are there to teach, and no wall against one who forges them. In a copy without solutions
        there is no reference to time on the same machine, and no other time would be fair: `seconds` is not looked at.
        """
        cost = Cost(calls, flops, largest)
        self._try(self._trials(scenario, case, cost=cost, dtypes=("float32",)), case)
        if seconds is not None and self._session.reference.has_clock:
            self._time(scenario, case, seconds)

    def share(self, scenario: Scenario, case: Case, *, expected: Expectation, of: Of = whole) -> None:
        """Check that a random event happens as often as `expected`: a probability, or a scenario that gives it.

        `of` makes booleans of what a call gives. The scenario is called, in float32, as often as it takes: a rate that
        is a tenth of itself off is caught, and a right one passes, at every seed (kata/judge/statistics.py says how
        surely). torch's generator is seeded anew for each call, and the submission must draw from it.
        """
        self._statistic(Share(of, expected), scenario, case)

    def frequencies(self, scenario: Scenario, case: Case, *, expected: Expectation, of: Of = whole) -> None:
        """Check whole numbers that are drawn at random: each, from 0 on, comes as often as `expected` says in a list.

        A number of probability 0 is never drawn. Expectations of more than one axis are lists in rows: then the
        numbers, too, are in such rows. Numbers rarer than one in twenty are checked, but no further draws are made for
        their sake. All else is as in `share`.
        """
        self._statistic(Frequencies(of, expected), scenario, case)

    def moments(self, scenario: Scenario, case: Case, *, expected: Expectation, of: Of = whole) -> None:
        """Check real numbers that are drawn at random: mean and standard deviation are the two that are `expected`.

        A mean is off by a tenth when it is so by a tenth of the deviation. For normal and uniform numbers, and others
        with no heavier tails. All else is as in `share`.
        """
        self._statistic(Moments(of, expected), scenario, case)

    def _statistic(self, statistic: Statistic, scenario: Scenario, case: Case) -> None:
        dtypes = case.dtypes or ("float32",)
        self._try(self._trials(scenario, case, dtypes=dtypes[:1], statistic=statistic), case)

    def _try(self, trials: list[Trial], case: Case) -> None:
        self._session.compared = True
        with closing(self._session.try_out(trials)) as outcomes:
            for trial in trials:
                raised = self._session.reference.expected(trial).ours.raised
                if raised:
                    raise JudgeError(f"the reference raises {raised.type} on the case '{case}': {raised.message}")
                try:
                    self._agree(trial, next(outcomes))
                except Wrong as wrong:
                    failed = wrong
                    break
            else:
                return
        raise self._with_call(self._session.alone(trial, failed), trial)

    def _time(self, scenario: Scenario, case: Case, limit: float) -> None:
        """Compare times, each the best of up to five tries, so that only what is always slow is called slow.

        Each try has inputs of its own and its result is judged: an answer remembered, or none, gains nothing.
        """
        session, theirs, ours = self._session, math.inf, math.inf
        for number in range(5):
            seed = seed_of(session.seed, "time", str(number))
            (trial,) = self._trials(scenario, case, dtypes=("float32",), seed=seed)
            session.reference.expected(trial)  # worked out now, while no clock runs
            with _Clock(time.process_time, trial.device) as reference:
                session.reference.run_again(trial)
            with _Clock(lambda: session.submission.spent, trial.device) as submission:
                (outcome,) = session.try_out([trial])
            ours, theirs = min(ours, reference.seconds), min(theirs, submission.seconds)
            self._judge(trial, outcome)
            if theirs <= limit * (ours + ROUND_TRIP):
                return
        times = f"{theirs / (ours + ROUND_TRIP):.3g} times the reference's time; the limit is {limit:.3g} times"
        raise self._with_call(Wrong(f"takes {theirs * 1000:.0f} ms, {times}"), trial)

    def _judge(self, trial: Trial, outcome: Outcome) -> None:
        try:
            self._agree(trial, outcome)
        except Wrong as wrong:
            failed = wrong
        else:
            return
        raise self._with_call(self._session.alone(trial, failed), trial)

    def _agree(self, trial: Trial, outcome: Outcome) -> None:
        check_outcome(self._session.reference, trial, outcome)
        self._session.right.append(trial)
        self._session.agreed |= outcome.raised is None

    def _with_call(self, wrong: Wrong, trial: Trial) -> Wrong:
        if wrong.status in ("not_started", "broken"):
            return wrong
        calls = self._session.calls(trial)
        found = copy(wrong)  # that a file does not load is told of every case
        found.inputs, found.calls = _called(calls, trial.inputs), len(calls)
        found.example = self._session.example(trial)
        return found

    def _trials(
        self,
        scenario: Scenario,
        case: Case,
        *,
        with_gradients: bool = False,
        cost: Cost | None = None,
        dtypes: Sequence[str] | None = None,
        seed: int | None = None,
        statistic: Statistic | None = None,
    ) -> list[Trial]:
        session = self._session
        session.asked += 1
        run = session.seed if seed is None else seed
        trials: list[Trial] = []
        drawn = cache(lambda: case.draw(run, session.reference.implementation))  # once for all dtypes
        for name in dtypes or case.dtypes or session.named:
            # What a grader asks first, second, third in a test is the same for every submission: work it out once.
            place = (session.test, session.asked, case.name, name, session.device.type, with_gradients, cost)
            # Noting operators costs as much as the run, so a forbidden one is looked for at the first dtype only: who
            # avoids it there has nothing to gain from it at the others.
            make = partial(
                self._trial,
                place,
                scenario,
                case,
                drawn,
                getattr(torch, name),
                run,
                with_gradients,
                cost,
                statistic,
                observed=not trials,
            )
            trials.append(session.reference.trial(place, make))
        return [*trials, *self._edges(trials[0], case)] if seed is None and not (cost or statistic) else trials

    def _trial(
        self,
        place: tuple[Any, ...],
        scenario: Scenario,
        case: Case,
        drawn: Callable[[], dict[str, Any]],
        dtype: torch.dtype,
        seed: int,
        with_gradients: bool,
        cost: Cost | None,
        statistic: Statistic | None,
        *,
        observed: bool,
    ) -> Trial:
        session = self._session
        inputs = cast(drawn(), dtype, session.device)
        trial = Trial(
            place,
            scenario,
            inputs,
            seed_of(seed, case.name),
            dtype,
            with_gradients,
            cost,
            case.marks,
            statistic,
            observed,
        )
        if not observed or cost or statistic or seed != session.seed:
            return trial
        return replace(trial, earlier=self._earlier(case, dtype))

    def _earlier(self, case: Case, dtype: torch.dtype) -> tuple[dict[str, Any], ...]:
        """Draw the inputs of earlier calls, which are made at the first dtype: no call may leave anything to the next.

        Some of these may be inputs that the statement does not allow, and an index out of range costs a process its
        card: there, the earlier call has only the inputs drawn like the case's own.
        """
        session = self._session
        drawn = cast(case.draw_earlier(session.seed, session.reference.implementation), dtype, session.device)
        return tuple(drawn if session.device.type == "cpu" else drawn[:1])

    def _edges(self, first: Trial, case: Case) -> list[Trial]:
        """Make the trials of a case's edges, at the first dtype, each after a call with the case itself."""
        session = self._session

        def make(number: int, place: tuple[Any, ...]) -> Trial:
            drawn = case.draw_edge(number, session.seed, session.reference.implementation)
            inputs = cast(drawn, first.dtype, session.device)
            return replace(first, place=place, inputs=inputs, observed=False, earlier=(first.inputs,))

        places = [(*first.place, "edge", number) for number in range(len(case.edges))]
        return [session.reference.trial(place, partial(make, number, place)) for number, place in enumerate(places)]


class _Clock:
    """A stopwatch: on the CPU by `now`, without times in which others had the processor; for a card by wall clock."""

    def __init__(self, now: Callable[[], float], device: torch.device):
        self._now = now if device.type == "cpu" else time.perf_counter
        self.seconds = 0.0

    def __enter__(self) -> _Clock:
        self._start = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = self._now() - self._start


class Run:
    """Call the submission alone, for properties and statistics: `out = run(attend, q=..., k=..., v=...)`.

    What comes back has the kinds, shapes and dtypes that the reference gives; a submission whose result has others
    fails there and then, so that a test may go on as if it had written the code itself. Inputs may be recipes. They
    are float32 unless `dtype` says otherwise.
    """

    def __init__(self, session: Session):
        self._session = session

    def __call__(self, scenario: Scenario, *, dtype: str = "float32", **inputs: Any) -> Any:
        session = self._session
        number = session.draws = session.draws + 1
        seed = seed_of(session.seed, session.test, str(number))
        drawn = draw(inputs, seed, session.reference.implementation)
        given = cast(drawn, getattr(torch, dtype), session.device)
        place = (session.test, number, dtype, session.device.type)
        trial = Trial(place, scenario, given, seed, getattr(torch, dtype), digest=_digest(given))
        expected = session.reference.expected(trial).ours
        if expected.raised:
            what = f"{expected.raised.type}: {expected.raised.message}"
            if session.seen:  # inputs may come from what the submission gave; with the reference's own, none raises
                raise Wrong(f"gives a result that cannot be gone on with: from it, the reference raises {what}")
            raise JudgeError(f"the reference raises in {session.test}: {what}")
        (outcome,) = session.try_out([trial])
        form = blank(expected.outputs)  # kinds, shapes and dtypes as the reference's; whatever numbers
        check_agreement(blank(outcome.outputs), form, form, torch.float32)
        check_settings(outcome, expected)
        return outcome.outputs


def _called(calls: Sequence[Call], inputs: dict[str, Any]) -> dict[str, Any]:
    """Choose the arguments to show in a verdict: the student's own function's, if the scenario has others."""
    if not calls:
        return inputs
    first = calls[0]
    given = {"module": first.module, **first.arguments} if first.module else first.arguments
    return given or {"": first}


def _refusal(call: TorchCall) -> str:
    """Explain a forbidden call in the student's own words, with the function behind them if they do not name it."""
    written, name = plain(call.written, 80), bare_name(plain(call.name, 80))
    where = f", line {call.line}" if call.line else ""
    if name in written:
        return f"uses `{written}`{where}, which this exercise is there to write without"
    return f"uses `{written}`{where}, and with it `{name}`, which this exercise is there to write without"


def _digest(inputs: Any) -> int:
    """Digest the inputs of a property, which may depend on earlier results of the submission."""
    return hash(tuple(tuple(t.flatten().double().tolist()) for _, t in tensors(inputs)))
