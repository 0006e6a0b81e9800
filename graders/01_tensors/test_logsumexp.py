"""Log-sum-exp and log-softmax, along any axis and for numbers of any size."""

import math

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, hide_a_row, hide_some, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*logsumexp*", "*logaddexp*", "*softmax*"])


def logsumexp(impl, x, **options):
    return impl.logsumexp(x, **options)


def log_softmax(impl, x, **options):
    return impl.log_softmax(x, **options)


def gradient_in(impl, function, x):
    x = x.detach().requires_grad_()
    out = getattr(impl, function)(x, dim=1)
    return torch.autograd.grad(out, x, torch.ones_like(out))[0]


def rows_far_apart(x):
    # One row around 0, one around 10 000, one around -10 000. In each, one number wins by far: a close race between
    # large numbers is decided by rounding alone.
    return x + torch.tensor([[0.0], [1e4], [-1e4]]) + 2500.0 * torch.arange(x.shape[1])


def one_is_infinite(x):
    return torch.cat([x[:, :1], torch.full_like(x[:, 1:2], math.inf), x[:, 2:]], dim=1)


SUMS = [
    Case("an axis in the middle", x=normal(2, 3, 4), dim=-2),
    Case("no dim", x=normal(2, 3, 4)),
    Case("a batch of one row", x=normal(1, 5), dim=1),
    Case("the axis is kept", x=normal(3, 4), dim=1, keepdim=True),
    Case("rows around 0, 10 000 and -10 000", x=normal(3, 5).map(rows_far_apart), dim=1),
    Case("a row of nothing but -inf", x=normal(3, 5).map(hide_a_row), dim=1),
    Case("entries of +inf", x=normal(3, 5).map(one_is_infinite), dim=1),
    Case("the first of four axes, kept", x=normal(3, 2, 1, 4), dim=0, keepdim=True, recall=True),
    Case("one axis in all", x=normal(6), dim=0, recall=True),
]

LOGARITHMS = [
    Case("the first axis", x=normal(4, 3), dim=0),
    Case("no dim", x=normal(2, 3, 4)),
    Case("rows around 0, 10 000 and -10 000", x=normal(3, 5).map(rows_far_apart), dim=1),
    Case("a row of nothing but -inf", x=normal(3, 5).map(hide_a_row), dim=1),
    Case("the second of four axes", x=normal(2, 5, 3, 2), dim=-3, recall=True),
]

HIDDEN = Case("entries of -inf", x=normal(3, 5).map(hide_some), dim=1)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", SUMS, ids=str)
def test_logsumexp(check, case):
    check.values(logsumexp, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LOGARITHMS, ids=str)
def test_log_softmax(check, case):
    check.values(log_softmax, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("scenario", [logsumexp, log_softmax], ids=["logsumexp", "log_softmax"])
def test_gradients(check, scenario):
    check.gradients(scenario, HIDDEN)


@pytest.mark.points(1)
@pytest.mark.parametrize("function", ["logsumexp", "log_softmax"])
def test_gradients_of_a_row_of_nothing_but_minus_infinity(run, function):
    gradient = run(gradient_in, function=function, x=normal(3, 5).map(hide_a_row))
    assert gradient[1].isfinite().all(), f"the gradient of {function} in a row of nothing but -inf is {gradient[1, 0]}"


HINTS = [
    "In the row [1000, 1001], which number can you take from both, so that no exponent is above 0 and one of them is 0?",
    (
        "The last formula holds for any c. What is x - c where both are -inf, or both +inf, and which c does no harm "
        "there? Then: which sums are 0, and what is the derivative of log at 0? Replacing a result afterwards does not "
        "mend a gradient that is NaN on the way."
    ),
    (
        "logsumexp is about six lines: c for each row, with its axis kept, and 0 in place of an infinite one; the sum of "
        "the exponentials; a 1 in place of a sum of 0; the logarithm, plus c; -inf where the sum was 0; the axis dropped "
        "unless it is to be kept. log_softmax is one subtraction, for which the axis is kept, and one special case."
    ),
]

ALSO_RIGHT = [
    Variant(
        "logsumexp: one slice after the other, with a running maximum",
        body="""
        import torch
        slices = x.unbind(dim)
        top = torch.full_like(slices[0], torch.finfo(x.dtype).min)
        for part in slices:
            top = torch.maximum(top, part.detach())
        top = torch.where(top.isinf(), torch.zeros_like(top), top)
        total = sum(torch.exp(part - top) for part in slices)
        out = torch.where(total > 0, torch.log(torch.where(total > 0, total, torch.ones_like(total))), -math.inf) + top
        return out.unsqueeze(dim) if keepdim else out
        """,
        region=0,
    ),
    Variant(
        "logsumexp: in float64, the axis moved to the end",
        body="""
        rows = x.movedim(dim, -1).double()
        c = rows.detach().max(dim=-1).values.nan_to_num(neginf=0.0, posinf=0.0)
        total = (rows - c[..., None]).exp().sum(-1)
        nothing = total < 0.5
        out = (c + (total + nothing).log()).masked_fill(nothing, float("-inf")).to(x.dtype)
        return out.unsqueeze(dim if dim >= 0 else dim + x.dim()) if keepdim else out
        """,
        region=0,
    ),
    Variant(
        "logsumexp: the largest term apart, with log1p",
        body="""
        import torch
        top, place = x.max(dim, keepdim=True)
        usual = top.isfinite()
        c = torch.where(usual, top, torch.zeros_like(top))
        rest = torch.exp(torch.where(usual, x, torch.zeros_like(x)) - c).scatter(dim, place, 0.0).sum(dim, keepdim=True)
        out = top + torch.log1p(rest) * usual
        return out if keepdim else out.squeeze(dim)
        """,
        region=0,
    ),
    Variant(
        "log_softmax: shifts first",
        body="""
        top = x.detach().amax(dim, keepdim=True)
        nothing = top == -math.inf
        shifted = (x - top.masked_fill(nothing, 0.0)).masked_fill(nothing, 0.0)
        return (shifted - shifted.exp().sum(dim, keepdim=True).log()).masked_fill(nothing, -math.inf)
        """,
        region=1,
    ),
    Variant(
        "log_softmax: the axis put back, in place on its own tensor",
        body="""
        logs = logsumexp(x, dim=dim).unsqueeze(dim if dim >= 0 else x.dim() + dim).expand_as(x)
        out = x.clone()
        live = logs > -math.inf
        out[live] -= logs[live]
        return out
        """,
        region=1,
    ),
]

MISTAKES = [
    Variant(
        "no number is subtracted before the exponentials",
        was="largest.masked_fill(largest.isinf(), 0.0)",
        becomes="largest.masked_fill(largest == largest, 0.0)",
        hint="What is exp(1000) in float32? And log(exp(-1000))?",
    ),
    Variant(
        "the number that was subtracted is not added again",
        was="largest + total",
        becomes="total",
        hint="In the last formula, where does c stand on the right-hand side?",
    ),
    Variant(
        "one number is subtracted from the whole tensor",
        was="x.amax(dim, keepdim=True)",
        becomes="x.max().expand_as(x.amax(dim, keepdim=True))",
        hint="What becomes of a row around 0 when another row is around 10 000?",
    ),
    Variant(
        "the smallest number is subtracted",
        was="amax",
        becomes="amin",
        hint="After the subtraction, is any exponent above 0?",
    ),
    Variant(
        "the sum runs along the last axis, whatever `dim` says",
        was="largest = x.amax(dim, keepdim=True)",
        becomes="dim = -1\n    largest = x.amax(dim, keepdim=True)",
        hint="Try logsumexp of a tensor of shape (4, 3) with dim=0. What shape has the result?",
    ),
    Variant(
        "logsumexp takes the first axis by default",
        was="largest = x.amax(dim, keepdim=True)",
        becomes="dim = 0 if dim == -1 else dim\n    largest = x.amax(dim, keepdim=True)",
        hint="Over which axis does the sum run when nobody says?",
    ),
    Variant(
        "the axis is always kept",
        was="return logs if keepdim else logs.squeeze(dim)",
        becomes="return logs",
        hint="Which shape has the sum of a tensor (3, 4) along axis 1 by default?",
    ),
    Variant(
        "the axis is never kept",
        was="return logs if keepdim else logs.squeeze(dim)",
        becomes="return logs.squeeze(dim)",
        hint="What does `keepdim=True` ask for? Does log_softmax still find the axis it needs?",
    ),
    Variant(
        "every axis of length 1 is dropped",
        was="logs.squeeze(dim)",
        becomes="logs.squeeze()",
        hint="`squeeze()` without an argument drops all axes of length 1. What if the batch has one row?",
    ),
    Variant(
        "the mean of the exponentials instead of their sum",
        was=".sum(dim",
        becomes=".mean(dim",
        hint="What is the logsumexp of [0, 0]?",
    ),
    Variant(
        "powers and logarithms to the base 2",
        body="""
        largest = x.amax(dim, keepdim=True)
        largest = largest.masked_fill(largest.isinf(), 0.0)
        total = (x - largest).exp2().sum(dim, keepdim=True)
        nothing = total == 0
        logs = largest + total.masked_fill(nothing, 1.0).log2()
        logs = logs.masked_fill(nothing, -math.inf)
        return logs if keepdim else logs.squeeze(dim)
        """,
        region=0,
        hint="Which base does the formula have?",
    ),
    Variant(
        "a row of nothing but -inf gives NaN in logsumexp",
        body="""
        largest = x.amax(dim, keepdim=True)
        largest = largest.masked_fill(largest == math.inf, 0.0)
        logs = largest + (x - largest).exp().sum(dim, keepdim=True).log()
        return logs if keepdim else logs.squeeze(dim)
        """,
        region=0,
        hint="What is -inf minus -inf? Which c would do no harm in such a row?",
    ),
    Variant(
        "an entry of +inf gives NaN",
        was="largest.isinf()",
        becomes="largest == -math.inf",
        hint="What is inf minus inf? Which c would do no harm in such a row?",
    ),
    Variant(
        "a row of nothing but -inf gives a finite number in logsumexp",
        was="logs = logs.masked_fill(nothing, -math.inf)",
        becomes="pass",
        hint="In a row of nothing but -inf the sum is 0. What is its logarithm?",
    ),
    Variant(
        "a small number is added to the sum",
        was="total.masked_fill(nothing, 1.0).log()",
        becomes="(total + 1e-8).log()",
        hint="In float64 1e-8 can be seen in the result. Which sum is really 0?",
    ),
    Variant(
        "-inf is replaced by the smallest finite number",
        was="largest = x.amax(dim, keepdim=True)",
        becomes="import torch\n    x = x.clamp(min=torch.finfo(x.dtype).min)\n    largest = x.amax(dim, keepdim=True)",
        hint="A row of nothing but -inf must give -inf itself.",
    ),
    Variant(
        "logsumexp computes in float32 and stays there",
        was="largest = x.amax",
        becomes="x = x.float()\n    largest = x.amax",
        hint="Which dtype went in? The same should come out, with all its digits.",
    ),
    Variant(
        "the argument is changed in place",
        was="(x - largest).exp()",
        becomes="(x.sub_(largest) if not x.requires_grad else x - largest).exp()",
        hint="A method that ends in an underscore writes into its tensor. Whose tensor is it?",
    ),
    Variant(
        "logsumexp carries no gradient",
        was="total = (x - largest)",
        becomes="x, largest = x.detach(), largest.detach()\n    total = (x - largest)",
        hint="Does a `detach`, an `.item()` or a `no_grad` stand between `x` and the result?",
    ),
    Variant(
        "the sum carries no gradient",
        was="total.masked_fill(nothing, 1.0)",
        becomes="total.masked_fill(nothing, 1.0).detach()",
        hint="The result depends on every entry of the row. Through what does it?",
    ),
    Variant(
        "the gradient in a row of nothing but -inf is NaN",
        was="total.masked_fill(nothing, 1.0).log()",
        becomes="total.log()",
        hint="The derivative of log at 0 is infinite, and inf times 0 is NaN. What can stand in place of 0 before `log`?",
    ),
    Variant(
        "log_softmax is the logarithm of the exponentials' share",
        body="""
        exps = x.exp()
        return (exps / exps.sum(dim, keepdim=True)).log()
        """,
        region=1,
        hint="What is exp(1000) in float32? What does the logarithm of the fraction come to, before anything is computed?",
    ),
    Variant(
        "log_softmax takes the logarithm of a stable softmax",
        body="""
        largest = x.amax(dim, keepdim=True)
        largest = largest.masked_fill(largest == -math.inf, 0.0)
        exps = (x - largest).exp()
        total = exps.sum(dim, keepdim=True)
        return (exps / total.masked_fill(total == 0, 1.0)).log()
        """,
        region=1,
        hint="A probability of e^-1000 is 0 in float32. What is its logarithm then, and what should it be?",
    ),
    Variant(
        "a small number is added to the softmax before the logarithm",
        body="""
        logs = logsumexp(x, dim, keepdim=True)
        return ((x - logs.masked_fill(logs == -math.inf, 0.0)).exp() + 1e-12).log()
        """,
        region=1,
        hint="What comes out for an entry of -inf? For an entry 2500 below the largest?",
    ),
    Variant(
        "log_softmax returns probabilities",
        was="return x - logs.masked_fill(logs == -math.inf, 0.0)",
        becomes="return (x - logs.masked_fill(logs == -math.inf, 0.0)).exp()",
        hint="The logarithm of a probability is never above 0.",
    ),
    Variant(
        "log_softmax has the wrong sign",
        was="return x - logs.masked_fill(logs == -math.inf, 0.0)",
        becomes="return logs.masked_fill(logs == -math.inf, 0.0) - x",
        hint="The logarithm of a probability is never above 0.",
    ),
    Variant(
        "log_softmax takes the last axis, whatever `dim` says",
        was="logs = logsumexp(x, dim, keepdim=True)",
        becomes="logs = logsumexp(x, -1, keepdim=True)",
        hint="Try log_softmax of a tensor of shape (4, 3) with dim=0. Which exponentials should sum to 1?",
    ),
    Variant(
        "log_softmax takes the first axis by default",
        was="logs = logsumexp(x, dim, keepdim=True)",
        becomes="logs = logsumexp(x, 0 if dim == -1 else dim, keepdim=True)",
        hint="Over which axis does the sum run when nobody says?",
    ),
    Variant(
        "log_softmax loses the axis of the sum",
        was="logs = logsumexp(x, dim, keepdim=True)",
        becomes="logs = logsumexp(x, dim)",
        hint="What shape has the sum? Along which axis is it then subtracted?",
    ),
    Variant(
        "a row of nothing but -inf gives NaN in log_softmax",
        was="logs.masked_fill(logs == -math.inf, 0.0)",
        becomes="logs",
        hint="What is -inf minus -inf?",
    ),
    Variant(
        "a row of nothing but -inf gives zeros in log_softmax",
        was="return x - logs.masked_fill(logs == -math.inf, 0.0)",
        becomes="return (x - logs).masked_fill(logs == -math.inf, 0.0)",
        hint="A logarithm of 0 means a probability of 1. Is there one in such a row?",
    ),
    Variant(
        "the sum in log_softmax carries no gradient",
        was="logs = logsumexp(x, dim, keepdim=True)",
        becomes="logs = logsumexp(x, dim, keepdim=True).detach()",
        hint="If one entry grows, what happens to the logarithms of all the others?",
    ),
]

ANY_NUMBER = "Any finite number is subtracted and added again; here the sum is 0 or inf whichever it is."
NOT_SEEN = "The logarithm taken here is overwritten by -inf, and no gradient comes back through it."
ANY_FROM_MINUS_INFINITY = "-inf minus any finite number is -inf."

EQUIVALENT: list[Equivalent] = [
    Equivalent("c is 1 where all is infinite", was="isinf(), 0.0", becomes="isinf(), 1.0", reason=ANY_NUMBER),
    Equivalent("c is -1 where all is infinite", was="isinf(), 0.0", becomes="isinf(), -1.0", reason=ANY_NUMBER),
    Equivalent("a sum up to 0", was="total == 0", becomes="total <= 0", reason="No sum of exponentials is below 0."),
    Equivalent("a 2 for the sum of 0", was="nothing, 1.0", becomes="nothing, 2.0", reason=NOT_SEEN),
    Equivalent("a 0 for the sum of 0", was="nothing, 1.0", becomes="nothing, 0.0", reason=NOT_SEEN),
    Equivalent("up to -inf", was="logs == -math.inf", becomes="logs <= -math.inf", reason="Nothing is below -inf."),
    Equivalent("1 for -inf", was="-math.inf, 0.0", becomes="-math.inf, 1.0", reason=ANY_FROM_MINUS_INFINITY),
    Equivalent("-1 for -inf", was="-math.inf, 0.0", becomes="-math.inf, -1.0", reason=ANY_FROM_MINUS_INFINITY),
]
