"""The masked mean, over any axes, whatever is hidden."""

import math

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, coin, exactly, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def average(impl, x, mask, **dim):
    return impl.masked_mean(x, mask, **dim)


def numbers(*shape):
    # All but never around 0: in half precision, what is left of a sum that cancels is rounding alone.
    return normal(*shape, mean=3.0)


UNEVEN = [[True, True, True, False], [True, False, False, False], [False, True, True, False]]
EMPTY_ROW = [[True, False, True, True], [False, False, False, False], [False, True, False, False]]
TOKENS = [[[True], [True], [False]], [[True], [False], [False]]]


def hiding(mask, counted=()):
    """A tensor for this mask: NaN, infinity and NaN again where it is false, and at these places where it is true."""

    def spoil(x):
        hidden = ~torch.tensor(mask)
        x[hidden] = torch.tensor([math.nan, math.inf, -math.inf], dtype=x.dtype).repeat(len(x))[: int(hidden.sum())]
        for place in counted:
            x[place] = math.nan
        return x

    return numbers(3, 4).map(spoil)


CASES = [
    Case("no axis given, rows of unequal length", x=numbers(3, 4), mask=exactly(UNEVEN)),
    Case("the first axis", x=numbers(3, 4), mask=exactly(UNEVEN), dim=0),
    Case("NaN and infinity are hidden", x=hiding(UNEVEN), mask=exactly(UNEVEN), dim=-1),
    Case("a NaN that counts", x=hiding(UNEVEN, counted=[(0, 1)]), mask=exactly(UNEVEN), dim=1),
    Case("a row of which nothing counts", x=numbers(3, 4), mask=exactly(EMPTY_ROW), dim=1),
    Case("nothing counts at all", x=numbers(2, 3), mask=exactly([[False] * 3] * 2)),
    Case("a mask of tokens, two axes", x=numbers(2, 3, 4), mask=exactly(TOKENS), dim=(1, -1)),
    # Once axis 2 is gone, -2 is another axis than before.
    Case("two axes, counted from both ends", x=numbers(2, 3, 4), mask=exactly([UNEVEN, EMPTY_ROW]), dim=(2, -2)),
    Case("one mask for every row", x=numbers(3, 4), mask=exactly([True, False, True, True]), dim=0),
    Case(
        "the second and the last of four axes", x=numbers(2, 3, 2, 4), mask=coin(2, 1, 2, 4), dim=(1, -1), recall=True
    ),
    Case("one axis in all", x=numbers(7), mask=coin(7), dim=0, recall=True),
]


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(average, case)


@pytest.mark.points(3)
def test_gradients(check):
    check.gradients(average, Case("gradients", x=hiding(EMPTY_ROW), mask=exactly(EMPTY_ROW), dim=1))


HINTS = [
    "What is 0 times NaN? How else can the hidden numbers be kept out of a sum?",
    (
        "Both sums of the formula run over the same places. Which shape must the mask have, so that summing it along `dim` "
        "counts the numbers? And where the count is 0, the sum above is 0 as well: what can it be divided by?"
    ),
    (
        "Four lines: the mask, expanded to the shape of `x`; `x` with 0 filled in where it is hidden; the count along `dim`, "
        "at least 1; the sum along `dim`, divided by the count."
    ),
]

ALSO_RIGHT = [
    Variant(
        "a choice by where, and an empty mean set to 0 afterwards",
        body="""
        import torch
        zero = torch.zeros_like(x)
        total = torch.where(mask, x, zero).sum(dim)
        count = (mask | zero.bool()).sum(dim)
        return torch.where(count > 0, total / count, torch.zeros_like(total))
        """,
    ),
    Variant(
        "weights that sum to one, in float64",
        body="""
        axes = tuple(range(x.dim())) if dim is None else dim
        weights = mask.expand(x.shape).double()
        weights = weights / weights.sum(axes, keepdim=True).clamp(min=1e-9)
        return (x.double().masked_fill(mask.logical_not(), 0) * weights).sum(axes).to(x.dtype)
        """,
    ),
    Variant(
        "one axis after the other",
        body="""
        axes = range(x.dim()) if dim is None else [dim] if isinstance(dim, int) else dim
        total = x.clone()
        total[~mask.expand_as(x)] = 0
        count = mask.expand_as(x).to(x.dtype)
        for axis in sorted((axis % x.dim() for axis in axes), reverse=True):
            total, count = total.sum(axis), count.sum(axis)
        return total / count.masked_fill(count == 0, 1)
        """,
    ),
    Variant(
        "ones where it is hidden, then a product with the mask",
        body="""
        import torch
        seen = mask & torch.ones_like(x, dtype=torch.bool)
        harmless = torch.where(seen, x, torch.ones_like(x))
        return (harmless * seen).sum(dim=dim) / torch.maximum(seen.sum(dim=dim), torch.tensor(1, device=x.device))
        """,
    ),
]

MISTAKES = [
    Variant(
        "the numbers are multiplied by the mask",
        was="x.masked_fill(~counts, 0.0)",
        becomes="x * counts",
        hint="What is 0 times NaN, and 0 times infinity?",
    ),
    Variant(
        "nothing at all gives NaN",
        was=".clamp(min=1)",
        becomes="",
        hint="What is 0 divided by 0? Which count can be 0, and what should come out then?",
    ),
    Variant(
        "every NaN is replaced",
        was="x.masked_fill(~counts, 0.0)",
        becomes="x.nan_to_num(posinf=0.0, neginf=0.0) * counts",
        hint="That hides what is hidden, but also a NaN that counts. Who tells the two apart?",
    ),
    Variant(
        "a mean of NaN becomes 0",
        was="return kept.sum(dim) / number",
        becomes="return (kept.sum(dim) / counts.sum(dim)).nan_to_num(0.0)",
        hint="That mends 0 / 0, but what does it do to the mean of a row with a NaN that counts?",
    ),
    Variant(
        "the mean skips every NaN",
        was="return kept.sum(dim) / number",
        becomes="return x.masked_fill(~counts, float('nan')).nanmean(dim)",
        hint="`nanmean` skips a NaN that counts as well, and what does it give where there is nothing left?",
    ),
    Variant(
        "the mask is the wrong way round",
        was="counts = mask.expand_as(x)",
        becomes="counts = ~mask.expand_as(x)",
        hint="True means that a number counts. Which places does `masked_fill` overwrite?",
    ),
    Variant(
        "the mask is ignored",
        was="counts = mask.expand_as(x)",
        becomes="counts = mask.expand_as(x) | True",
        hint="What should a number have to do with the mean where the mask is false?",
    ),
    Variant(
        "hidden numbers count as zeros",
        was="return kept.sum(dim) / number",
        becomes="return kept.mean(dim)",
        hint="By how many numbers is the sum divided? By how many should it be?",
    ),
    Variant(
        "the sum instead of the mean",
        was=" / number",
        becomes="",
        hint="The sum of the numbers that count, divided by what?",
    ),
    Variant(
        "the mask is counted before it is broadcast",
        body="""
        kept = x.masked_fill(~mask, 0.0)
        axes = tuple(range(-mask.dim(), 0)) if dim is None else dim
        if mask.dim() < x.dim():
            mask = mask.expand_as(x)
        return kept.sum(dim) / mask.sum(axes).clamp(min=1)
        """,
        hint="A mask (B, T, 1) has one entry a token. How many numbers does each of them stand for?",
    ),
    Variant(
        "the mask must have the shape of x",
        was="counts = mask.expand_as(x)",
        becomes="counts = mask\n    x[mask]",
        hint="Indexing with a mask does not broadcast. Which shape can the mask be given first?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="kept.sum(dim)",
        becomes="kept.float().sum(dim)",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "a count in float32 changes the dtype",
        was=".clamp(min=1)",
        becomes=".float().clamp(min=1)",
        hint="What is the dtype of bfloat16 divided by float32? A count may stay a whole number.",
    ),
    Variant(
        "a small number is added to the count",
        was="counts.sum(dim).clamp(min=1)",
        becomes="counts.to(x.dtype).sum(dim) + 1e-8",
        hint="The mean of one number should be that number, also in float64. When is the count really 0?",
    ),
    Variant(
        "1 is added to every count",
        was=".clamp(min=1)",
        becomes=" + 1",
        hint="The mean of one number should be that number. When is the count really 0?",
    ),
    Variant(
        "the count is at least 2",
        was="min=1",
        becomes="min=2",
        hint="What is the mean of a single number?",
    ),
    Variant(
        "all that counts is counted, for each mean alike",
        was="counts.sum(dim)",
        becomes="counts.sum()",
        hint="Each row has a count of its own.",
    ),
    Variant(
        "the axis is ignored",
        was="counts = mask",
        becomes="dim = None\n    counts = mask",
        hint="How many means are there for a tensor of shape (3, 4) and dim = 0?",
    ),
    Variant(
        "axis 0 counts as none",
        was="counts = mask",
        becomes="dim = dim or None\n    counts = mask",
        hint="What is the truth value of 0? How do you ask whether something is None?",
    ),
    Variant(
        "the last axis by default",
        was="counts = mask",
        becomes="dim = -1 if dim is None else dim\n    counts = mask",
        hint="Over which axes does the mean run when nobody says?",
    ),
    Variant(
        "the mean of the rows' means",
        was="return kept.sum(dim) / number",
        becomes="return masked_mean(x, mask, -1).mean() if dim is None else kept.sum(dim) / number",
        hint="A row with one number that counts and a row with three: should they weigh the same?",
    ),
    Variant(
        "only one axis at a time is taken",
        was="counts = mask",
        becomes="dim = dim[0] if isinstance(dim, tuple) else dim\n    counts = mask",
        hint="`dim` may be a tuple. Which of its axes should be gone from the result?",
    ),
    Variant(
        "the mean of the means along one axis after the other",
        was="return kept.sum(dim) / number",
        becomes="axes = sorted((a % x.dim() for a in dim), reverse=True) if isinstance(dim, tuple) else []\n"
        "    for axis in axes:\n"
        "        x, counts = masked_mean(x, counts, axis), counts.any(axis)\n"
        "    return x if axes else kept.sum(dim) / number",
        hint="A row with one number that counts and a row with three: should they weigh the same, when both axes are averaged?",
    ),
    Variant(
        "axes are summed over from the last to the first, sorted as they are",
        was="return kept.sum(dim) / number",
        becomes="for axis in sorted(dim, reverse=True) if isinstance(dim, tuple) else []:\n"
        "        kept, counts = kept.sum(axis), counts.sum(axis)\n"
        "    return kept / counts.clamp(min=1) if isinstance(dim, tuple) else kept.sum(dim) / number",
        hint="Of the axes 2 and -2 the larger goes first. Which axis is -2 once the last one is gone?",
    ),
    Variant(
        "the axis is kept",
        was="return kept.sum(dim) / number",
        becomes="axes = tuple(range(x.dim())) if dim is None else dim\n"
        "    return kept.sum(axes, keepdim=True) / counts.sum(axes, keepdim=True).clamp(min=1)",
        hint="Which shape does `torch.sum` give along an axis when nobody asks to keep it?",
    ),
    Variant(
        "the argument is changed in place",
        was="x.masked_fill(~counts, 0.0)",
        becomes="(x.masked_fill if x.requires_grad else x.masked_fill_)(~counts, 0.0)",
        hint="A method that ends in an underscore, like `x[~mask] = 0`, writes into a tensor. Whose tensor is it?",
    ),
    Variant(
        "no gradient",
        was="x.masked_fill(",
        becomes="x.detach().masked_fill(",
        hint="A loss is often such a mean. What does `detach`, or `item`, make of its gradient?",
    ),
]

EQUIVALENT: list[Equivalent] = []
