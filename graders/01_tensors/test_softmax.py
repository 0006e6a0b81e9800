"""Softmax, along any axis and for numbers of any size."""

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, hide_a_row, hide_some, integers, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*softmax*", "*attention*"])


def along(impl, x, dim):
    return impl.softmax(x, dim=dim)


def spread(x):
    # Far enough apart for one number to win, and another one in each row, so that no answer is right by always being the
    # same.
    rows, columns = x.shape
    return x + 2500.0 * ((torch.arange(columns) + torch.arange(rows)[:, None]) % columns)


CASES = [
    Case("rows of a square", x=normal(4, 4), dim=1),
    Case("the first axis", x=normal(4, 3), dim=0),
    Case("an axis in the middle", x=normal(2, 3, 4), dim=-2),
    Case("not contiguous", x=normal(5, 3).transposed(), dim=-1),
    Case("numbers up to 10 000", x=normal(3, 5).map(spread), dim=-1),
    Case("numbers down to -10 000", x=normal(3, 5).map(lambda x: -spread(x)), dim=-1),
    # Taking the largest from each number is exact, but log-sum-exp of 10 000 is rounded to 0.001 in float32.
    Case("numbers close to each other, at 10 000", x=normal(3, 5, mean=1e4), dim=-1),
    Case("entries of -inf", x=normal(3, 5).map(hide_some), dim=-1),
    Case("a row of nothing but -inf", x=normal(3, 5).map(hide_a_row), dim=-1),
    Case("the third of five axes", x=normal(2, 1, 4, 3, 2), dim=-3, recall=True),
    Case("one axis in all", x=normal(7), dim=0, recall=True),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(along, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(along, Case("gradients", x=normal(3, 5).map(hide_some), dim=-1))


@pytest.mark.points(1)
def test_rows_do_not_influence_each_other(run, draw):
    x = draw(normal(3, 5))
    before = run(along, x=x, dim=-1)
    x[1:] += 1e4
    after = run(along, x=x, dim=-1)
    assert torch.equal(before[0], after[0]), "a row's result changes when the numbers in another row do"


@pytest.mark.points(1)
def test_whole_numbers_are_refused(check):
    numbers = integers(3, 5, high=9)
    check.raises(TypeError, along, Case("whole numbers", x=numbers, dim=-1))
    check.raises(TypeError, along, Case("whole numbers, uint8", x=numbers.map(torch.Tensor.byte), dim=-1))


HINTS = [
    "In the row [1000, 1001], which number can you take from both, so that no exponent is above 0 and nothing else changes?",
    (
        "The formula divides each exponential by a sum along `dim`. Which shape must that sum have to divide the tensor? "
        "And in a row of nothing but -inf: what is the largest number, what is -inf minus it, and what is the sum?"
    ),
    (
        "About five lines: refuse what is not floating point; the largest number along `dim`, its axis kept, with 0 in "
        "place of -inf; the exponentials of the differences; their sum along `dim`, its axis kept; the fraction, with 1 "
        "in place of a sum of 0."
    ),
]

ALSO_RIGHT = [
    Variant(
        "through the logarithm, of numbers that are small",
        body="""
        if not x.is_floating_point():
            raise TypeError("floating point only")
        top = x.amax(dim, keepdim=True)
        small = x - top.where(~top.isinf(), 0.0)
        logs = small.logsumexp(dim, keepdim=True)
        return (small - logs.where(~logs.isinf(), 0.0)).exp()
        """,
    ),
    Variant(
        "moves the axis to the end and back",
        body="""
        import torch
        if not x.dtype.is_floating_point:
            raise TypeError
        rows = x.transpose(dim, -1)
        top = rows.max(dim=-1, keepdim=True).values.detach().clamp(min=torch.finfo(x.dtype).min)
        exps = torch.exp(rows - top)
        sums = exps.sum(dim=-1, keepdim=True)
        return torch.where(sums > 0, exps / sums, torch.zeros_like(exps)).transpose(dim, -1)
        """,
    ),
    Variant(
        "computes in float64",
        body="""
        import torch
        if x.dtype not in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
            raise TypeError(x.dtype)
        wide = x.double()
        exps = torch.exp(wide - wide.max(dim, keepdim=True)[0]).nan_to_num(0.0)
        return (exps / exps.sum(dim, keepdim=True)).nan_to_num(0.0).to(x.dtype)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the largest number is not subtracted",
        was="(x - largest).exp()",
        becomes="x.exp()",
        hint="What is exp(1000) in float32? Which number, taken from the whole row, leaves the fraction as it is?",
    ),
    Variant(
        "the last axis whatever `dim` says",
        was="dim, keepdim=True",
        becomes="-1, keepdim=True",
        hint="Try a tensor of shape (4, 3) with dim=0. Which sums should be 1?",
    ),
    Variant(
        "the first axis by default",
        was="if not x.is_floating_point():",
        becomes="dim = 0 if dim == -1 else dim\n    if not x.is_floating_point():",
        hint="Over which axis does the sum run when nobody says?",
    ),
    Variant(
        "the sum loses its axis",
        was="exps.sum(dim, keepdim=True)",
        becomes="exps.sum(dim)",
        hint="What shape has the sum? Along which axis is it then divided by?",
    ),
    Variant(
        "the sum is over the whole tensor",
        was="exps.sum(dim, keepdim=True)",
        becomes="exps.sum()",
        hint="Each row has a sum of its own.",
    ),
    Variant(
        "the largest number of the whole tensor is subtracted",
        was="x.amax(dim, keepdim=True)",
        becomes="x.max()",
        hint="What becomes of a row around 0 when another row is around 1000?",
    ),
    Variant(
        "the logarithm of the sum is subtracted from large numbers",
        body="""
        if not x.is_floating_point():
            raise TypeError("floating point only")
        logs = x.logsumexp(dim, keepdim=True)
        return (x - logs.where(~logs.isinf(), 0.0)).exp()
        """,
        hint="How many digits of log 2 are left in 10 000 + log 2, in float32? Make the numbers small first.",
    ),
    Variant(
        "the smallest number is subtracted",
        was="amax",
        becomes="amin",
        hint="After the subtraction, is any exponent above 0?",
    ),
    Variant(
        "a row of nothing but -inf gives NaN",
        was="total.masked_fill(total == 0, 1.0)",
        becomes="total",
        hint="What is -inf minus -inf? Which sum can be zero, and what should come out then?",
    ),
    Variant(
        "exponents are cut off",
        was="(x - largest).exp()",
        becomes="(x - largest).clamp(min=-20.0).exp()",
        hint="An entry of -inf must get exactly 0.",
    ),
    Variant(
        "a small number is added to the sum",
        was="total.masked_fill(total == 0, 1.0)",
        becomes="(total + 1e-8)",
        hint="The probabilities of a row must sum to one, also in float64. When is the sum really zero?",
    ),
    Variant(
        "powers of two",
        was=".exp()",
        becomes=".exp2()",
        hint="Which base does the formula have?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="    largest = x.amax",
        becomes="    x = x.float()\n    largest = x.amax",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the argument is changed in place",
        was="(x - largest).exp()",
        becomes="(x.sub_(largest) if not x.requires_grad else x - largest).exp()",
        hint="A method that ends in an underscore writes into its tensor. Whose tensor is it?",
    ),
    Variant(
        "the denominator has no gradient",
        was="exps / total.masked_fill(total == 0, 1.0)",
        becomes="exps / total.masked_fill(total == 0, 1.0).detach()",
        hint="Each output depends on every input of its row, through the sum as well.",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="largest = x.amax(dim, keepdim=True)",
        becomes="largest = x.view(x.shape).view(-1).view(x.shape).amax(dim, keepdim=True)",
        hint="`view` needs the numbers to lie in memory in order. Is there need to change the shape at all?",
    ),
    Variant(
        "whole numbers are accepted",
        was="if not x.is_floating_point():",
        becomes="if False:",
        hint="What should happen to a tensor of token ids?",
    ),
    Variant(
        "only some whole numbers are refused",
        was="if not x.is_floating_point():",
        becomes='if str(x.dtype) in ("torch.int32", "torch.int64"):',
        hint="Pixels are uint8. How do you ask for floating point, and not for each dtype that is none?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "at most -inf",
        was="largest == -math.inf",
        becomes="largest <= -math.inf",
        reason="nothing is below -inf",
    ),
    Equivalent(
        "1 in place of a largest number of -inf",
        was="-math.inf, 0.0",
        becomes="-math.inf, 1.0",
        reason="-inf minus any finite number is -inf",
    ),
    Equivalent(
        "-1 in place of a largest number of -inf",
        was="-math.inf, 0.0",
        becomes="-math.inf, -1.0",
        reason="-inf minus any finite number is -inf",
    ),
    Equivalent(
        "a sum of at most 0",
        was="total == 0",
        becomes="total <= 0",
        reason="a sum of exponentials is never negative",
    ),
    Equivalent(
        "2 in place of a sum of 0",
        was="total == 0, 1.0",
        becomes="total == 0, 2.0",
        reason="the sum is 0 only where every exponential is, and 0 / 2 is 0 / 1",
    ),
]
