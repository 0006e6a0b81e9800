"""Agreement of a result with the reference: a rule, not a guess.

The reference is run in float64, too. That result is taken for the truth; how far the reference strays from it at the
dtype and device of the run shows how much of a difference rounding makes here. The rule is made of three numbers:

- each number may stray MULTIPLE times as far as the reference does anywhere, and always by FLOOR times the largest
  number expected;
- all of them together, in norm, may stray WHOLE of the same: MULTIPLE times as far as the reference, FLOOR times the
  norm expected.

So one rule serves losses of 1e-3 and logits of 1e3, every dtype, CPU and CUDA. What it cannot see is a small number
beside a large one. Where those mean something, more is asked (`Marks`): zeros that are exact, and tails in which each
number is held to its own size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from kata.execution.protocol import Opaque
from kata.verdict import Difference, Wrong

# Another order of the same operations rounds differently, but not an order of magnitude worse than ours.
MULTIPLE = 8.0

# The reference may by luck be exact where another right answer rounds, so this much of the largest number is always
# allowed. In half precision, where a result is a few last bits in all, it is a dozen roundings of one unit in the last
# place: what a formula of this suite goes through, forward and backward. In float32 and float64 there is room to spare.
FLOOR = {torch.float64: 1e-12, torch.float32: 4e-6, torch.float16: 12 * 2**-11, torch.bfloat16: 12 * 2**-8}

# Roundings go either way, and few are as large as the largest: in norm, half of it is ample. What is wrong everywhere by
# a little, as by a constant or a factor, is as large in norm as it is anywhere, and is caught by this. Among fewer than four
# numbers one rounding may be most of the norm: of these it is 1/√n, and of a single number all.
WHOLE = 0.5

KEPT = 16_384  # numbers of a disagreement that are kept to be drawn: a map of 128 by 128

RESULT = "the result"  # what is compared, unless another word is given for it
STRETCH = 60  # characters of a long text that are shown

# Below this a number is as good as 0: it keeps a truth of exactly 0 from asking for exactly 0.
TINY = 1e-30


@dataclass(frozen=True)
class Marks:
    """Demands on the numbers beyond the rule.

    `zeros`: where 0 is expected, exactly, at this dtype and in float64, it is exactly 0: a hidden weight is hidden. Not
    so of gradients, nor where a 0 is what is left of two equal numbers: another right formula leaves a last bit there.
    `tails`: each number is held to its own size, as small as it is: FLOOR of it, or MULTIPLE times what the reference
    strays in parts of it.
    `each`: not of gradients in half precision: backward, large terms cancel, and one number of two right formulas may
    differ by more than a wrong one. In norm they do not.
    """

    zeros: bool = True
    tails: bool = False
    each: bool = True


RULE = Marks()
OF_GRADIENTS = Marks(zeros=False)


@dataclass(frozen=True)
class Allowance:
    """The distance that a result may stray: for one number of it (`each`), and for all of it in norm (`whole`)."""

    each: float
    whole: float
    dtype: torch.dtype
    strays: float  # the reference, in a number and in norm
    strays_whole: float
    largest: float  # expected, likewise
    norm: float
    part: float  # WHOLE, or more among few numbers

    def why(self) -> str:
        """Explain the allowance by the numbers it is made of."""
        floor = FLOOR[self.dtype]
        return (
            f"a number may stray {self.each:.2g}: the larger of {MULTIPLE:g} times {self.strays:.2g}, which the reference "
            f"strays in {_name(self.dtype)}, and {floor:.2g} times {self.largest:.3g}, the largest number; "
            f"all together {self.whole:.2g} in norm: {self.part:.2g} times the larger of {MULTIPLE:g} times "
            f"{self.strays_whole:.2g} and {floor:.2g} times {self.norm:.3g}"
        )


def allowance(truth: Tensor, reference: Tensor, dtype: torch.dtype, scale: float = 0.0) -> Allowance:
    """Compute how far a result may stray from `truth`, when the reference, run at this dtype, gave `reference`."""
    both = truth.isfinite() & reference.isfinite()
    exact = truth[both].double()
    off = reference[both].double() - exact
    strays, largest = (x.abs().max().item() if x.numel() else 0.0 for x in (off, exact))
    strays_whole, norm = off.norm().item(), exact.norm().item()
    largest, norm = max(largest, scale), max(norm, scale)
    each = max(MULTIPLE * strays, FLOOR[dtype] * largest, TINY)
    part = max(WHOLE, 1 / math.sqrt(max(1, exact.numel())))
    whole = max(part * MULTIPLE * strays_whole, part * FLOOR[dtype] * norm, TINY)
    return Allowance(each, whole, dtype, strays, strays_whole, largest, norm, part)


def check_agreement(
    actual: Any,
    truth: Any,
    reference: Any,
    dtype: torch.dtype,
    what: str = RESULT,
    scale: float = 0.0,
    marks: Marks = RULE,
) -> None:
    """Compare a submission's result, part by part, with the reference's in float64 and at the dtype of the run.

    `scale` is the size of number to measure by where the expected ones are smaller.

    Raises:
        Wrong: the first disagreement: kind, number of parts, dtype, shape, NaN and inf, or how far off and where.
    """
    if isinstance(reference, Tensor):
        _check_tensor(actual, truth, reference, dtype, what, scale, marks)
    elif isinstance(reference, dict):
        _check_kind(isinstance(actual, dict), reference, actual, what)
        if set(actual) != set(reference):
            raise Wrong(f"{what} has the keys {_names(actual)}, expected {_names(reference)}")
        for key in reference:
            check_agreement(actual[key], truth[key], reference[key], dtype, f"{what}[{key!r}]", scale, marks)
    elif isinstance(reference, list | tuple):
        _check_kind(isinstance(actual, list | tuple), reference, actual, what)
        if len(actual) != len(reference):
            raise _other_length(actual, reference, what)
        for index, part in enumerate(reference):
            check_agreement(actual[index], truth[index], part, dtype, f"{what}[{index}]", scale, marks)
    elif isinstance(reference, float):
        number = isinstance(actual, float) or (isinstance(actual, int) and not isinstance(actual, bool))
        _check_kind(number, reference, actual, what)
        a, t, r = (torch.tensor(float(value), dtype=torch.float64) for value in (actual, truth, reference))
        _check_numbers(a, t, r, dtype, what, scale, marks)
    else:
        _check_kind(type(actual) is type(reference), reference, actual, what)
        if actual != reference:
            got, expected = _side_by_side(actual, reference)
            raise Wrong(f"{what} is {got}, expected {expected}")


def same(actual: Any, other: Any, dtype: torch.dtype, marks: Marks = RULE) -> bool:
    """Tell whether two results of the same run are one and the same, but for rounding."""
    try:
        check_agreement(actual, other, other, dtype, marks=marks)
    except Wrong:
        return False
    return True


def kind(value: Any) -> str:
    """Name the kind of a value in a word or two: 'a tensor', 'None', 'a numpy.ndarray'."""
    if value is None:
        return "None"
    if isinstance(value, Tensor):
        return "a tensor"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    name = value.type if isinstance(value, Opaque) else type(value).__name__
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _check_kind(fits: bool, reference: Any, actual: Any, what: str) -> None:
    if not fits:
        said = f"{what} is {kind(actual)}, expected {kind(reference)}"
        raise Wrong(f"{said}, perhaps for want of a `return`" if actual is None else said)


def _other_length(actual: Any, reference: Any, what: str) -> Wrong:
    """Report a wrong number of parts and, among tokens or ids, the place where the two part."""
    plain = (int, str, bytes)
    for index, (one, other) in enumerate(zip(actual, reference, strict=False)):
        if not (isinstance(one, plain) and isinstance(other, plain)):
            break
        if one != other:
            got, expected = _side_by_side(one, other)
            return Wrong(
                f"{what} has {len(actual)} parts, expected {len(reference)}; the first that differs, [{index}], "
                f"is {got}, expected {expected}"
            )
    return Wrong(f"{what} has {len(actual)} parts, expected {len(reference)}")


def _side_by_side(one: Any, other: Any) -> tuple[str, str]:
    """Write two values as Python does; of long texts the stretch where they first differ."""
    texts = isinstance(one, str | bytes) and type(one) is type(other)
    if not texts or max(len(one), len(other)) <= STRETCH:
        return repr(one), repr(other)
    parts = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    start = max(0, next(parts, min(len(one), len(other))) - STRETCH // 2)
    return _stretch(one, start), _stretch(other, start)


def _stretch(text: Any, start: int) -> str:
    end = start + STRETCH
    return f"{'…' if start else ''}{text[start:end]!r}{'…' if end < len(text) else ''}"


def _check_tensor(
    actual: Any, truth: Tensor, reference: Tensor, dtype: torch.dtype, what: str, scale: float, marks: Marks
) -> None:
    _check_kind(isinstance(actual, Tensor), reference, actual, what)
    if actual.shape != reference.shape:
        wrong = Wrong(f"{what} has shape {tuple(actual.shape)}, expected {tuple(reference.shape)}")
        if what == RESULT:  # of a part, the signature says nothing
            wrong.shapes = tuple(actual.shape), tuple(reference.shape)
        raise wrong
    if actual.dtype != reference.dtype:
        raise Wrong(f"{what} is {_name(actual.dtype)}, expected {_name(reference.dtype)}")
    if reference.is_floating_point():
        # An output may be of another dtype than the run's on purpose: its own rounding is what counts then.
        _check_numbers(actual, truth, reference, _coarser(dtype, reference.dtype), what, scale, marks)
    elif not torch.equal(actual, reference):
        where = (actual != reference).nonzero()[0].tolist()
        got, expected = actual[tuple(where)].item(), reference[tuple(where)].item()
        count = int((actual != reference).sum())
        raise Wrong(
            f"{what} is wrong in {count} of {actual.numel()} places, first at {where}: {got}, expected {expected}",
            difference=_difference(actual, reference, actual != reference),
        )


def _check_numbers(
    actual: Tensor, truth: Tensor, reference: Tensor, dtype: torch.dtype, what: str, scale: float, marks: Marks
) -> None:
    allowed = allowance(truth, reference, dtype, scale)
    a, t, r = actual.detach().double(), truth.detach().double(), reference.detach().double()
    # Where rounding makes the reference overflow, both its inf and the float64 value, rounded, are right.
    off = (a - t).abs()
    overflown = ~r.isfinite() & (_equal(a, r) | (t.isfinite() & (off <= FLOOR[dtype] * t.abs())))
    off = off.where(~(_equal(a, t) | overflown), 0.0)
    disagreement = _Disagreement(a, t, what, allowed)
    far = ~(off <= allowed.each) if marks.each else ~off.isfinite()
    if far.any():
        raise disagreement.each(far)
    if marks.zeros and (leaks := (t == 0) & (r == 0) & (off > TINY)).any():
        raise disagreement.zeros(leaks)
    if marks.tails and (far := off > _in_the_tails(t, r, dtype)).any():
        raise disagreement.tails(far)
    if off.norm() > allowed.whole:
        raise disagreement.whole(off)


def _in_the_tails(truth: Tensor, reference: Tensor, dtype: torch.dtype) -> Tensor:
    """Compute how far each number may stray, held to its own size. Subnormal numbers may be lost."""
    size, smallest = truth.abs(), torch.finfo(dtype).tiny
    strays = ((reference - truth).abs() / size)[truth.isfinite() & reference.isfinite() & (size > smallest)]
    largest = strays.max().item() if strays.numel() else 0.0
    return max(MULTIPLE * largest, FLOOR[dtype]) * size + smallest


@dataclass(frozen=True)
class _Disagreement:
    """The messages for each way in which numbers can be wrong."""

    got: Tensor
    expected: Tensor
    what: str
    allowed: Allowance

    def each(self, wrong: Tensor) -> Wrong:
        a, t = self.got, self.expected
        if a.isnan().any() and not t.isnan().any():
            return self._wrong(
                f"{self.what} holds NaN ({int(a.isnan().sum())} of {a.numel()}), {self._first(wrong)}", wrong
            )
        off = (a - t).abs()[wrong]
        largest = off[off.isfinite()].max().item() if off.isfinite().any() else math.inf
        return self._wrong(
            f"{self.what} is wrong: {_count(wrong)} off, by up to {largest:.3g} (allowed {self.allowed.each:.2g}), "
            f"{self._first(wrong)}",
            wrong,
        )

    def zeros(self, wrong: Tensor) -> Wrong:
        return self._wrong(f"{self.what} is wrong: {_count(wrong)} not exactly 0, {self._first(wrong)}", wrong)

    def tails(self, wrong: Tensor) -> Wrong:
        t = self.expected[wrong]
        off = ((self.got[wrong] - t) / t).abs().max().item()
        return self._wrong(
            f"{self.what} is wrong: {_count(wrong)} off, by up to {100 * off:.3g} % of itself, {self._first(wrong)}",
            wrong,
        )

    def whole(self, off: Tensor) -> Wrong:
        far, norm = off >= off.max() / 2, max(self.expected[self.expected.isfinite()].norm().item(), TINY)
        part, allowed = 100 * off.norm().item() / norm, 100 * self.allowed.whole / norm
        return self._wrong(
            f"{self.what} is wrong as a whole: all numbers together are {part:.3g} % off (allowed {allowed:.2g} %), "
            f"{self._first(far)}",
            far,
        )

    def _first(self, wrong: Tensor) -> str:
        where = wrong.nonzero()[0].tolist() if wrong.dim() else []
        got, expected = self.got[tuple(where)].item(), self.expected[tuple(where)].item()
        place = f"first at {where}: " if wrong.numel() > 1 else ""
        return f"{place}got {_shown(got, expected)}, expected {_shown(expected, got)}"

    def _wrong(self, message: str, wrong: Tensor) -> Wrong:
        return Wrong(message, difference=_difference(self.got, self.expected, wrong), allowed=self.allowed.why())


def _count(wrong: Tensor) -> str:
    return f"{int(wrong.sum())} of {wrong.numel()} numbers" if wrong.numel() > 1 else "the number"


def _shown(number: float, other: float) -> str:
    """Write a number in six digits, or in all where six do not tell it from `other`."""
    return f"{number:.6g}" if f"{number:.6g}" != f"{other:.6g}" else repr(number)


def _difference(got: Tensor, expected: Tensor, wrong: Tensor) -> Difference | None:
    return Difference(got.detach(), expected.detach(), wrong) if got.numel() <= KEPT else None


def _coarser(a: torch.dtype, b: torch.dtype) -> torch.dtype:
    return max(a, b, key=FLOOR.__getitem__)


def _equal(a: Tensor, b: Tensor) -> Tensor:
    return (a == b) | (a.isnan() & b.isnan())


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _names(mapping: dict[Any, Any]) -> str:
    return ", ".join(repr(key) for key in mapping) or "none"
