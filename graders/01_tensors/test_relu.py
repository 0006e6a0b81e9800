"""ReLU and leaky ReLU, at 0, NaN and infinity, too."""

import math

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, exactly, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*elu*", "*threshold*", "hardtanh*"])


def rectify(impl, x):
    return impl.relu(x)


def leak(impl, x, **slope):
    return impl.leaky_relu(x, **slope)


def with_odd_numbers(x):
    return torch.cat([x, torch.tensor([math.nan, math.inf, -math.inf, 0.0])])


RELU = [
    Case("numbers of both signs", x=normal(2, 3, 4)),
    Case("NaN and infinity", x=normal(4).map(with_odd_numbers)),
    Case("five axes", x=normal(2, 1, 3, 2, 2), recall=True),
    Case("a single number without axes", x=normal(), recall=True),
]

LEAKY = [
    Case("no slope given", x=normal(2, 3, 4)),
    Case("a slope of 0.3, NaN and infinity", x=normal(4).map(with_odd_numbers), negative_slope=0.3),
    Case("a slope of 0", x=normal(8), negative_slope=0.0),
    Case("a slope of 2", x=normal(8), negative_slope=2.0),
    Case("four axes, a slope of 0.2", x=normal(3, 1, 2, 4), negative_slope=0.2, recall=True),
]

NEAR_0 = exactly([-1.5, 0.0, 0.0, 2.0])


@pytest.mark.points(3)
@pytest.mark.parametrize("case", RELU, ids=str)
def test_relu(check, case):
    check.values(rectify, case)


@pytest.mark.points(2)
def test_relu_gradient_at_0(check):
    check.gradients(rectify, Case("on both sides of 0, and at 0", x=NEAR_0))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LEAKY, ids=str)
def test_leaky_relu(check, case):
    check.values(leak, case)


@pytest.mark.points(2)
def test_leaky_relu_gradient_at_0(check):
    check.gradients(leak, Case("on both sides of 0, and at 0", x=NEAR_0, negative_slope=0.25))


HINTS = [
    "What do `nan > 0` and `nan <= 0` give? Which of the two questions leaves NaN where it is?",
    (
        "Each formula is a choice between two numbers, place by place. Which functions of torch choose by a mask, without "
        "a product that would make NaN of 0 times infinity? And to which side does `x > 0` count 0 itself?"
    ),
    (
        "One line each. relu: `x`, filled with 0 where a mask says so. leaky_relu: a choice by the mask `x > 0` between `x` "
        "and `x` times the slope."
    ),
]

ALSO_RIGHT = [
    Variant(
        "relu: written into a copy",
        body="""
        out = x.clone()
        out[out <= 0] = 0
        return out
        """,
        region=0,
    ),
    Variant(
        "relu: a choice between x and zeros",
        body="""
        return torch.where(x <= 0, torch.zeros_like(x), x)
        """,
        region=0,
    ),
    Variant(
        "relu: -inf set aside, then a product with a mask",
        body="""
        above = (x > 0).to(x.dtype)
        return x.masked_fill(x == -float("inf"), 0) * above
        """,
        region=0,
    ),
    Variant(
        "relu: a derivative written by hand",
        body="""
        class Rectify(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x.clamp(min=0)

            @staticmethod
            def backward(ctx, grad):
                (x,) = ctx.saved_tensors
                return grad * (x > 0)

        return Rectify.apply(x)
        """,
        region=0,
    ),
    Variant(
        "leaky_relu: a factor for each number",
        body="""
        factor = torch.full_like(x, negative_slope)
        factor[x > 0] = 1.0
        return factor * x
        """,
    ),
    Variant(
        "leaky_relu: a sum of two halves",
        body="""
        above = x.masked_fill(x <= 0, 0.0)
        below = x.masked_fill(x > 0, 0.0)
        return above + below * negative_slope if negative_slope else above
        """,
    ),
    Variant(
        "leaky_relu: scaled in place, in float64",
        body="""
        out = x.double().clone()
        below = ~(out > 0)
        out[below] *= negative_slope
        return out.to(x.dtype)
        """,
    ),
]

MISTAKES = [
    # relu
    Variant(
        "relu: 1 is the gradient at 0",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="x.clamp(min=0.0)",
        hint="Which gradient does torch give to clamp at its bound? At exactly 0 it should be 0.",
    ),
    Variant(
        "relu: 1/2 is the gradient at 0",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="torch.maximum(x, torch.zeros_like(x))",
        hint="Between two equal numbers, `torch.maximum` shares the gradient out. At exactly 0 it should be 0.",
    ),
    Variant(
        "relu: -infinity becomes NaN",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="x * (x > 0)",
        hint="What is 0 times infinity?",
    ),
    Variant(
        "relu: half of the sum of x and |x|",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="(x + x.abs()) / 2",
        hint="What is -infinity plus infinity? And which gradient is left at 0?",
    ),
    Variant(
        "relu: NaN becomes 0",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="torch.where(x > 0, x, 0.0)",
        hint="Is NaN above 0? Then which of the two numbers does it get, and which question would leave it alone?",
    ),
    Variant(
        "relu: what is not finite becomes 0",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="x.masked_fill((x <= 0) | ~x.isfinite(), 0.0)",
        hint="NaN is the sign that something went wrong. Who would still see it?",
    ),
    Variant(
        "relu: the absolute value",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="x.abs()",
        hint="What should become of -2?",
    ),
    Variant(
        "relu: the other half is kept",
        was="x <= 0",
        becomes="x > 0",
        hint="Which numbers does `masked_fill` overwrite: those where the mask is true, or the others?",
    ),
    Variant(
        "relu: 0 and 1 instead of 0 and x",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="(x > 0).to(x.dtype)",
        hint="That is the derivative. What is the value where x is above 0?",
    ),
    Variant(
        "relu: the negative numbers are left out",
        was="x.masked_fill(x <= 0, 0.0)",
        becomes="x[x > 0]",
        hint="Indexing with a mask drops the other numbers. Which shape should the result have?",
    ),
    Variant(
        "relu: the argument is changed in place",
        was="x.masked_fill(",
        becomes="(x.masked_fill if x.requires_grad else x.masked_fill_)(",
        hint="A method that ends in an underscore, like `x[x < 0] = 0`, writes into a tensor. Whose tensor is it?",
    ),
    Variant(
        "relu: computes in float32 and stays there",
        was="x.masked_fill(",
        becomes="x.float().masked_fill(",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "relu: no gradient",
        was="x.masked_fill(",
        becomes="x.detach().masked_fill(",
        hint="Where x is above 0, the slope is 1. What does `detach` make of it?",
    ),
    # leaky_relu
    Variant(
        "leaky_relu: the larger of x and the slope times x",
        was="torch.where(x > 0, x, negative_slope * x)",
        becomes="torch.maximum(x, negative_slope * x)",
        hint="With a slope of 2, which is larger: -1 or -2?",
    ),
    Variant(
        "leaky_relu: 1 is the gradient at 0",
        was="x > 0",
        becomes="x >= 0",
        hint="On which side of the corner does your mask count 0, and which slope has that side?",
    ),
    Variant(
        "leaky_relu: the gradient at 0 is that of both sides",
        was="torch.where(x > 0, x, negative_slope * x)",
        becomes="x.clamp(min=0.0) + negative_slope * x.clamp(max=0.0)",
        hint="Each clamp passes a gradient on at its bound, so there are two at 0. Which one is asked for?",
    ),
    Variant(
        "leaky_relu: infinity becomes NaN",
        was="torch.where(x > 0, x, negative_slope * x)",
        becomes="x * (x > 0) + negative_slope * x * (x <= 0)",
        hint="What is infinity times 0, the mask of the other side?",
    ),
    Variant(
        "leaky_relu: NaN becomes 0",
        body="""
        out = torch.zeros_like(x)
        out[x > 0] = x[x > 0]
        out[x < 0] = negative_slope * x[x < 0]
        return out
        """,
        hint="NaN is neither above 0 nor below. What becomes of it?",
    ),
    Variant(
        "leaky_relu: a slope of 0 counts as none",
        was="torch.where(x > 0, x, negative_slope * x)",
        becomes="torch.where(x > 0, x, (negative_slope or 0.01) * x)",
        hint="What is `0.0 or 0.01`?",
    ),
    Variant(
        "leaky_relu: the slope is always the default",
        was="negative_slope * x",
        becomes="0.01 * x",
        hint="What is `negative_slope` for?",
    ),
    Variant(
        "leaky_relu: the slope takes the place of x",
        was="negative_slope * x)",
        becomes="negative_slope)",
        hint="A slope is multiplied by something. What should become of -2 with a slope of 0.5?",
    ),
    Variant(
        "leaky_relu: the slope is subtracted",
        was="negative_slope * x",
        becomes="-negative_slope * x",
        hint="With a slope of 0.5, what should become of -2?",
    ),
    Variant(
        "leaky_relu: the slope is on the wrong side",
        was="x, negative_slope * x",
        becomes="negative_slope * x, x",
        hint="Which of the two does `torch.where` take where the mask is true?",
    ),
    Variant(
        "leaky_relu: both sides are scaled",
        was="torch.where(x > 0, x, negative_slope * x)",
        becomes="negative_slope * x",
        hint="What is the slope above 0?",
    ),
    Variant(
        "leaky_relu: the argument is changed in place",
        was="torch.where(x > 0, x, negative_slope * x)",
        becomes="torch.where(x > 0, x, negative_slope * x) if x.requires_grad else "
        "x.copy_(torch.where(x > 0, x, negative_slope * x))",
        hint="`x[x < 0] *= slope` writes into a tensor. Whose tensor is it?",
    ),
    Variant(
        "leaky_relu: computes in float32 and stays there",
        was="torch.where(x > 0, x,",
        becomes="torch.where(x > 0, x.float(),",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "leaky_relu: no gradient below 0",
        was="negative_slope * x",
        becomes="negative_slope * x.detach()",
        hint="The small slope is there to let a gradient through. What does `detach` do to it?",
    ),
]

EQUIVALENT: list[Equivalent] = []
