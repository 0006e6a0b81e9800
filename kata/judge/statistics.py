"""Statistics of random draws, with a stated power: how many draws it takes, and how far they may stray.

A rate that is OFF by a tenth of itself is caught in all but one of a million runs, and a right one is failed in less
than one of ten millions: one grading asks several of these questions, and a course has gradings by the ten thousand.

Every bound has one form, n · D(seen, expected) ≤ log(2 / LEVEL), where D is the Kullback-Leibler divergence: Chernoff's
bound on a tail. It is a bound, not an approximation: the normal curve is wrong by factors where chances are this small
and rates are not a half. It needs no table, and gives the number of draws by the same formula.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from kata.errors import JudgeError
from kata.execution.nested import blank, tensors
from kata.execution.protocol import MAX_BODY
from kata.execution.scenario import Outcome, Scenario, repeat
from kata.judge.agreement import check_agreement, same
from kata.judge.cases import seed_of
from kata.verdict import Wrong

OFF = 0.1  # of itself: what is caught
LEVEL = 1e-7  # the chance to fail a right answer, in all numbers of one question together
MISSED = 1e-6  # the chance to let one pass that is OFF
ALIKE = 1e-4  # the chance not to see that two answers draw alike, which costs a mistake its name
RARE = 0.05  # a category less likely than this is not waited for: seldom drawn, it is only looked at
MOST_DRAWS = 256  # calls a question: a case that needs more is to draw more in each
HEAVIEST = 3.5  # kurtosis: the bound on a deviation holds for tails no heavier than the normal curve's, which has 3

Of = Callable[[Any], Tensor]
Expectation = float | Sequence[Any] | Scenario  # a number or some, or what gives them of the reference and the inputs


@dataclass(frozen=True, eq=False)
class Statistic(ABC):
    """A statistic of many calls: the part `of` each result that is looked at, and the value `expected`."""

    of: Of
    expected: Expectation

    @abstractmethod
    def tally(self, drawn: Tensor, expected: Tensor) -> Tensor:
        """Reduce all draws to the few numbers that `check` needs."""

    @abstractmethod
    def needed(self, expected: Tensor) -> int:
        """Compute the number of draws that the power takes."""

    @abstractmethod
    def check(self, tally: Tensor, expected: Tensor) -> None:
        """Check a tally; raise Wrong if the draws do not come of the expected distribution."""

    @abstractmethod
    def alike(self, one: Tensor, other: Tensor) -> bool:
        """Tell whether two answers may draw from the same distribution."""

    def vet(self, tally: Tensor, expected: Tensor) -> None:
        """Check the reference's own tally; raise JudgeError if it does not draw as expected."""
        try:
            self.check(tally, expected)
        except Wrong as wrong:
            raise JudgeError(f"the reference does not draw what its grader expects: {wrong}") from None


class Frequencies(Statistic):
    """The frequency of each category, against its probability; rows of both are questions by themselves."""

    def tally(self, drawn: Tensor, expected: Tensor) -> Tensor:
        rows, (count,) = expected.shape[:-1], expected.shape[-1:]
        drawn = drawn.long().reshape(*rows, -1)
        inside = (drawn >= 0) & (drawn < count)
        # One place more, for what is no category at all.
        counts = torch.zeros(*rows, count + 1, dtype=torch.int64)
        return counts.scatter_add(-1, drawn.where(inside, count), torch.ones_like(drawn))

    def needed(self, expected: Tensor) -> int:
        if (expected < 0).any() or not torch.allclose(expected.sum(-1), torch.ones(1).double()):
            raise JudgeError(f"{expected.tolist()} are no probabilities")
        likely = self.watched(expected)
        likely = likely[(likely > 0) & (likely < 1)]
        if not len(likely):
            raise JudgeError(f"nothing is drawn at random with the probabilities {expected.tolist()}: use check.values")
        return draws_for(likely.min().item(), _bound(expected.numel())) * math.prod(expected.shape[:-1])

    def watched(self, expected: Tensor) -> Tensor:
        """The probabilities of which one that is OFF is to be caught."""
        return expected[expected >= RARE]

    def check(self, tally: Tensor, expected: Tensor) -> None:
        total = tally.sum(-1, keepdim=True)
        wanted = torch.cat([expected, torch.zeros(*expected.shape[:-1], 1).double()], -1)
        bound = _bound(wanted.numel())
        off = total * divergence(tally / total, wanted) > bound
        if not off.any():
            return
        *row, category = off.nonzero()[0].tolist()
        n, p = int(total[tuple(row)]), wanted[(*row, category)].item()
        self.say(category, row, tally[(*row, category)].item() / n, n, p, *interval(p, n, bound))

    def say(self, category: int, row: list[int], share: float, n: int, p: float, low: float, high: float) -> None:
        where = f"{category} of row {row}" if row else f"{category}"
        if not p:
            raise Wrong(f"draws {where} in {percent(share)} of {n:,} draws, which is never to be drawn here")
        raise Wrong(
            f"draws {where} in {percent(share)} of {n:,} draws, expected {percent(p)} "
            f"(allowed from {percent(low)} to {percent(high)})"
        )

    def alike(self, one: Tensor, other: Tensor) -> bool:
        first, second = one.sum(-1, keepdim=True), other.sum(-1, keepdim=True)
        both = (one + other) / (first + second)
        apart = first * divergence(one / first, both) + second * divergence(other / second, both)
        return bool((apart <= _bound(one.numel(), ALIKE)).all())


class Share(Frequencies):
    """The share of draws that come true: two categories, and words of its own."""

    def tally(self, drawn: Tensor, expected: Tensor) -> Tensor:
        return super().tally(drawn.bool(), expected)

    def watched(self, expected: Tensor) -> Tensor:
        return expected[..., 1].flatten()

    def say(self, category: int, row: list[int], share: float, n: int, p: float, low: float, high: float) -> None:
        if category == 0:
            share, p, low, high = 1 - share, 1 - p, 1 - high, 1 - low
        allowed = f"allowed from {percent(low)} to {percent(high)}"
        raise Wrong(f"the share is {percent(share)} in {n:,} draws, expected {percent(p)} ({allowed})")


class Moments(Statistic):
    """Mean and standard deviation, `expected` in this order. Tails must be no heavier than the normal's."""

    def tally(self, drawn: Tensor, expected: Tensor) -> Tensor:
        drawn, (mean, _) = drawn.double(), expected.tolist()
        square = (drawn - mean).square().mean()
        heavy = (drawn - mean).pow(4).mean() / square.square()
        return torch.stack([torch.tensor(float(drawn.numel())).double(), drawn.mean(), square.sqrt(), heavy])

    def needed(self, expected: Tensor) -> int:
        # A mean that is off by a tenth of the deviation takes more draws than a deviation that is.
        return math.ceil(2 * (math.sqrt(_bound(2)) + math.sqrt(-math.log(MISSED))) ** 2 / OFF**2)

    def vet(self, tally: Tensor, expected: Tensor) -> None:
        if not tally[3] <= HEAVIEST:
            raise JudgeError("the numbers have tails heavier than a normal curve's; ask for a part of them at a time")
        super().vet(tally, expected)

    def check(self, tally: Tensor, expected: Tensor) -> None:
        n, mean, deviation, _ = tally.tolist()
        wanted, spread = expected.tolist()
        stray = spread * math.sqrt(2 * _bound(2) / n)
        if not abs(mean - wanted) <= stray:
            allowed = f"allowed from {wanted - stray:.4g} to {wanted + stray:.4g}"
            raise Wrong(f"the mean of {int(n):,} numbers is {mean:.4g}, expected {wanted:.4g} ({allowed})")
        low, high = (spread * math.sqrt(_edge(_stretch, 1.0, end, _bound(2) / n)) for end in (1e-9, 1e9))
        if not low <= deviation <= high:
            allowed = f"allowed from {low:.4g} to {high:.4g}"
            raise Wrong(
                f"the standard deviation of {int(n):,} numbers is {deviation:.4g}, expected {spread:.4g} ({allowed})"
            )

    def alike(self, one: Tensor, other: Tensor) -> bool:
        if torch.equal(one.nan_to_num(), other.nan_to_num()):
            return True
        (n, mean, deviation, _), (m, other_mean, other_deviation, _) = one.tolist(), other.tolist()
        if not all(0 < spread < math.inf for spread in (deviation, other_deviation)):
            return False
        apart = (mean - other_mean) ** 2 / (deviation**2 / n + other_deviation**2 / m) / 2
        stretched = math.log(deviation / other_deviation) ** 2 / (1 / n + 1 / m)
        return bool(max(apart, stretched) <= _bound(2, ALIKE))


def whole(result: Any) -> Any:
    """Look at all of the result: the default of `of`."""
    return result


def divergence(seen: Tensor, expected: Tensor) -> Tensor:
    """Compute Kullback-Leibler's divergence of coins: 0 where both are one, inf where the share seen cannot be."""
    seen, expected = seen.double(), expected.double()
    return (
        torch.xlogy(seen, seen)
        - torch.xlogy(seen, expected)
        + torch.xlogy(1 - seen, 1 - seen)
        - torch.xlogy(1 - seen, 1 - expected)
    )


def draws_for(p: float, bound: float) -> int:
    """Compute the number of draws that tell a share of `p` from one that is OFF, above or below."""
    needed = 0.0
    for other in (p * (1 - OFF), p * (1 + OFF)):
        if 0 < other < 1:
            # Between the two lies the share that is as far from `p` as a right answer strays, and from `other` as a wrong.
            ratio = bound / -math.log(MISSED)
            edge = _edge(partial(_nearer, p, other, ratio), p, other, 0.0)
            needed = max(needed, bound / _coin(edge, p))
    return math.ceil(needed)


def _nearer(p: float, other: float, ratio: float, x: float) -> float:
    return _coin(x, p) - ratio * _coin(x, other)


def interval(p: float, n: int, bound: float) -> tuple[float, float]:
    """Compute the shares that a right answer may have in `n` draws."""
    low, high = (_edge(lambda x: _coin(x, p), p, end, bound / n) for end in (0.0, 1.0))
    return low, high


def percent(share: float) -> str:
    return f"{100 * share:.4g} %"


def expectation(statistic: Statistic, given: Any) -> Tensor:
    """Convert a grader's expectation to a tensor."""
    numbers = torch.as_tensor(given, dtype=torch.float64)
    if isinstance(statistic, Share):
        return torch.stack([1 - numbers, numbers], -1)
    return numbers


def number_of_calls(statistic: Statistic, result: Any, expected: Tensor, case: str) -> int:
    """Compute the number of calls that the power takes, where one gives this result.

    Raises:
        JudgeError: more than any test has time or room for.
    """
    needed, held = statistic.needed(expected), statistic.of(result).numel()
    calls = max(2, math.ceil(needed / max(1, held)))
    size = sum(leaf.numel() * leaf.element_size() for _, leaf in tensors(result))
    if calls > MOST_DRAWS or calls * size > MAX_BODY:
        raise JudgeError(
            f"to see what is {OFF:.0%} off takes {needed:,} draws, and one call of {case} gives {held:,}: "
            f"let it draw more in each, of {MOST_DRAWS} calls and {MAX_BODY >> 20} MiB at most"
        )
    return calls


def repeated(scenario: Scenario, seed: int, calls: int) -> Scenario:
    """Make a scenario that calls this one so many times, each with a seed of the judge's."""
    return partial(repeat, scenario, [seed_of(seed, "call", str(number)) for number in range(calls)])


def tallied(statistic: Statistic, outcome: Outcome, expected: Tensor, calls: int, form: Any = None) -> Outcome:
    """Replace the results of repeated calls in an outcome by what is needed of them: their form, and a tally.

    Where they have not the `form` of the reference's there is nothing to tally, and the form is what is wrong.
    """
    if outcome.raised:
        return outcome
    results = outcome.outputs if isinstance(outcome.outputs, list) else [outcome.outputs]
    forms = [blank(result) for result in results]
    form = forms[0] if form is None else form
    odd = [other for other in forms if not same(other, form, torch.float32)]
    if odd or len(results) != calls:
        return replace(outcome, outputs={"form": odd[0] if odd else None, "tally": None, "stuck": False})
    drawn = [statistic.of(result).detach().cpu() for result in results]
    stuck = all(torch.equal(one.nan_to_num(), drawn[0].nan_to_num()) for one in drawn)
    rows = math.prod(expected.shape[:-1])
    together = torch.cat([one.reshape(rows, -1) for one in drawn], -1)
    return replace(outcome, outputs={"form": form, "tally": statistic.tally(together, expected), "stuck": stuck})


def check_draws(statistic: Statistic, outputs: Any, expected: Tensor, form: Any) -> None:
    """Compare the tally of a submission, in the form that `tallied` gives it.

    Raises:
        Wrong: another kind, shape or dtype; other chances; or the same draws in every call.
    """
    check_agreement(outputs["form"], form, form, torch.float32)
    statistic.check(outputs["tally"], expected)
    if outputs["stuck"]:
        raise Wrong(
            "draws the same in every call, though torch's generator is seeded differently for each: "
            "draw from that one, and leave its seed alone"
        )


def same_draws(statistic: Statistic, one: Any, other: Any) -> bool:
    """Tell whether two outcomes of repeated calls, in the form that `tallied` gives them, differ by chance only."""
    if not same(one["form"], other["form"], torch.float32) or one["stuck"] != other["stuck"]:
        return False
    if one["tally"] is None or other["tally"] is None:
        return one["tally"] is other["tally"]
    return statistic.alike(one["tally"], other["tally"])


def _bound(questions: int, level: float = LEVEL) -> float:
    """Compute the bound of n · D when so many numbers are looked at on both sides."""
    return math.log(2 * questions / level)


def _coin(seen: float, expected: float) -> float:
    return divergence(torch.tensor(seen).double(), torch.tensor(expected).double()).item()


def _stretch(ratio: float) -> float:
    """Compute the divergence of a normal curve whose variance is this many times the expected one."""
    return (ratio - 1 - math.log(ratio)) / 2


def _edge(diverges: Callable[[float], float], start: float, end: float, limit: float) -> float:
    """Find how far from `start`, in the direction of `end`, the divergence stays within the limit."""
    for _ in range(80):
        middle = (start + end) / 2
        start, end = (middle, end) if diverges(middle) <= limit else (start, middle)
    return start
