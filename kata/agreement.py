"""When a result agrees with the reference: a rule, not a guess.

The reference is run in float64, too. That is the truth, and how far the reference strays from it at the dtype and
device of the run shows how much of a difference rounding makes here. A result may stray MULTIPLE times as far, and
always by FLOOR times the largest number expected. So one rule serves losses of 1e-3 and logits of 1e3, every dtype,
CPU and CUDA.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from kata.protocol import Opaque
from kata.verdict import Difference, Wrong

# Another order of the same operations rounds differently, but not an order of magnitude worse than ours.
MULTIPLE = 8.0

# The reference may by luck be exact where another right answer rounds, so this much of the largest number is always
# allowed. In half precision, where a result is a few last bits in all, it is a dozen roundings of one unit in the last
# place: what a formula of this suite goes through, forward and backward. In float32 and float64 there is room to spare.
FLOOR = {torch.float64: 1e-12, torch.float32: 4e-6, torch.float16: 12 * 2**-11, torch.bfloat16: 12 * 2**-8}

KEPT = 16_384  # numbers of a disagreement that are kept to be drawn: a map of 128 by 128

# Below this a number is as good as 0: it keeps a truth of exactly 0 from asking for exactly 0.
TINY = 1e-30


def allowance(truth: Tensor, reference: Tensor, dtype: torch.dtype, scale: float = 0.0) -> float:
    """How far a result may stray from `truth`, when the reference, run at this dtype, gave `reference`."""
    both = truth.isfinite() & reference.isfinite()
    exact, ours = truth[both].double(), reference[both].double()
    if not exact.numel():
        return TINY
    strays = (ours - exact).abs().max().item()
    return max(MULTIPLE * strays, FLOOR[dtype] * max(exact.abs().max().item(), scale), TINY)


def check_agreement(
    actual: Any, truth: Any, reference: Any, dtype: torch.dtype, what: str = "the result", scale: float = 0.0
) -> None:
    """Compare a submission's result, part by part, with the reference's in float64 and at the dtype of the run.

    `scale` is the size of number to measure by where the expected ones are smaller.

    Raises:
        Wrong: the first disagreement: kind, number of parts, dtype, shape, NaN and inf, or how far off and where.
    """
    if isinstance(reference, Tensor):
        _check_tensor(actual, truth, reference, dtype, what, scale)
    elif isinstance(reference, dict):
        _check_kind(isinstance(actual, dict), reference, actual, what)
        if set(actual) != set(reference):
            raise Wrong(f"{what} has the keys {_names(actual)}, expected {_names(reference)}")
        for key in reference:
            check_agreement(actual[key], truth[key], reference[key], dtype, f"{what}[{key!r}]", scale)
    elif isinstance(reference, list | tuple):
        _check_kind(isinstance(actual, list | tuple), reference, actual, what)
        if len(actual) != len(reference):
            raise Wrong(f"{what} has {len(actual)} parts, expected {len(reference)}")
        for index, part in enumerate(reference):
            check_agreement(actual[index], truth[index], part, dtype, f"{what}[{index}]", scale)
    elif isinstance(reference, float):
        number = isinstance(actual, float) or (isinstance(actual, int) and not isinstance(actual, bool))
        _check_kind(number, reference, actual, what)
        a, t, r = (torch.tensor(float(value), dtype=torch.float64) for value in (actual, truth, reference))
        _check_numbers(a, t, r, dtype, what, scale)
    else:
        _check_kind(type(actual) is type(reference), reference, actual, what)
        if actual != reference:
            raise Wrong(f"{what} is {actual!r}, expected {reference!r}")


def same(actual: Any, other: Any, dtype: torch.dtype) -> bool:
    """Whether two results of the same run are one and the same, but for rounding."""
    try:
        check_agreement(actual, other, other, dtype)
    except Wrong:
        return False
    return True


def kind(value: Any) -> str:
    """What a value is, in a word or two: 'a tensor', 'None', 'a numpy.ndarray'."""
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


def _check_tensor(actual: Any, truth: Tensor, reference: Tensor, dtype: torch.dtype, what: str, scale: float) -> None:
    _check_kind(isinstance(actual, Tensor), reference, actual, what)
    if actual.shape != reference.shape:
        raise Wrong(f"{what} has shape {tuple(actual.shape)}, expected {tuple(reference.shape)}")
    if actual.dtype != reference.dtype:
        raise Wrong(f"{what} is {_dtype(actual)}, expected {_dtype(reference)}")
    if reference.is_floating_point():
        # An output may be of another dtype than the run's on purpose: its own rounding is what counts then.
        _check_numbers(actual, truth, reference, _coarser(dtype, reference.dtype), what, scale)
    elif not torch.equal(actual, reference):
        where = (actual != reference).nonzero()[0].tolist()
        got, expected = actual[tuple(where)].item(), reference[tuple(where)].item()
        count = int((actual != reference).sum())
        raise Wrong(
            f"{what} is wrong in {count} of {actual.numel()} places, first at {where}: {got}, expected {expected}",
            difference=_difference(actual, reference, actual != reference),
        )


def _check_numbers(
    actual: Tensor, truth: Tensor, reference: Tensor, dtype: torch.dtype, what: str, scale: float
) -> None:
    allowed = allowance(truth, reference, dtype, scale)
    a, t, r = actual.double(), truth.double(), reference.double()
    # Where rounding alone makes the reference overflow, what it gives there is right as well as the truth is.
    agrees = ((a - t).abs() <= allowed) | _equal(a, t) | (_equal(a, r) & ~r.isfinite())
    if agrees.all():
        return
    wrong = ~agrees
    where = wrong.nonzero()[0].tolist() if a.dim() else []
    got, expected = a[tuple(where)].item(), t[tuple(where)].item()
    place = f"first at {where}: " if actual.numel() > 1 else ""
    values = f"{place}got {_shown(got, expected)}, expected {_shown(expected, got)}"
    count = f"{int(wrong.sum())} of {wrong.numel()} numbers" if wrong.numel() > 1 else "the number"
    if a.isnan().any() and not t.isnan().any():
        raise Wrong(
            f"{what} holds NaN ({int(a.isnan().sum())} of {a.numel()}), {values}", difference=_difference(a, t, wrong)
        )
    off = (a - t).abs()[wrong]
    largest = off[off.isfinite()].max().item() if off.isfinite().any() else math.inf
    raise Wrong(
        f"{what} is wrong: {count} off, by up to {largest:.3g} (allowed {allowed:.2g}), {values}",
        difference=_difference(a, t, wrong),
    )


def _shown(number: float, other: float) -> str:
    """In six digits, or in all where six do not tell the two apart."""
    return f"{number:.6g}" if f"{number:.6g}" != f"{other:.6g}" else repr(number)


def _difference(got: Tensor, expected: Tensor, wrong: Tensor) -> Difference | None:
    return Difference(got.detach(), expected.detach(), wrong) if got.numel() <= KEPT else None


def _coarser(a: torch.dtype, b: torch.dtype) -> torch.dtype:
    return max(a, b, key=FLOOR.__getitem__)


def _equal(a: Tensor, b: Tensor) -> Tensor:
    return (a == b) | (a.isnan() & b.isnan())


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _names(mapping: dict[Any, Any]) -> str:
    return ", ".join(repr(key) for key in mapping) or "none"
