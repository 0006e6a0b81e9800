"""The linear layer, on vectors along the last axis of anything."""

import pytest

from kata.grading import Case, Equivalent, Variant, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["linear"])


def apply(impl, x, weight, **bias):
    return impl.linear(x, weight, **bias)


CASES = [
    Case("a batch of vectors", x=normal(4, 3), weight=normal(2, 3), bias=normal(2)),
    Case("as many numbers out as in", x=normal(3, 3), weight=normal(3, 3), bias=normal(3)),
    Case("no bias", x=normal(4, 3), weight=normal(2, 3)),
    Case("a single vector", x=normal(3, mean=3.0), weight=normal(2, 3, mean=3.0), bias=normal(2)),
    Case("three axes, not contiguous", x=normal(4, 2, 3).transposed(0, 1), weight=normal(5, 3), bias=normal(5)),
    Case("four axes, one number out", x=normal(2, 1, 3, 4), weight=normal(1, 4), bias=normal(1)),
    Case("an axis of size 0", x=normal(2, 0, 3), weight=normal(2, 3), bias=normal(2)),
    Case("five axes", x=normal(2, 1, 3, 2, 5), weight=normal(7, 5), bias=normal(7), recall=True),
    Case("one number in, no bias", x=normal(6, 1), weight=normal(4, 1), recall=True),
]


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(apply, case)


@pytest.mark.points(3)
def test_gradients(check):
    check.gradients(apply, Case("gradients", x=normal(2, 4, 3), weight=normal(2, 3), bias=normal(2)))


HINTS = [
    "Which axis of `weight` does the sum run over, and which axis of `x`? Where must they stand for `@` to multiply them?",
    (
        "In the formula of the batch, W is transposed. What does `@` do with the axes of `x` before the last one, and with a "
        "vector that has none of them? And which axis does broadcasting add the bias along?"
    ),
    "Two lines: `x` times the transposed weights; that result as it is without a bias, or else plus the bias.",
]

ALSO_RIGHT = [
    Variant(
        "einsum",
        body="""
        import torch
        y = torch.einsum("...i,oi->...o", x, weight)
        if bias is not None:
            y += bias
        return y
        """,
    ),
    Variant(
        "one matrix for all vectors",
        body="""
        import torch
        out_features, in_features = weight.shape
        rows = x.reshape(x[..., 0].numel(), in_features)
        start = rows.new_zeros(out_features) if bias is None else bias
        return torch.addmm(start, rows, weight.t()).view(*x.shape[:-1], out_features)
        """,
    ),
    Variant(
        "W times a column, for each vector",
        body="""
        y = (weight @ x.unsqueeze(-1)).squeeze(-1)
        if bias is not None:
            y = bias + y
        return y
        """,
    ),
    Variant(
        "broadcasting and a sum, in float64",
        body="""
        products = x.double()[..., None, :] * weight
        y = products.sum(-1).to(x.dtype)
        return y if bias is None else y.add(bias)
        """,
    ),
    Variant(
        "one output after the other",
        body="""
        import torch
        columns = [(x * row).sum(dim=-1) for row in weight]
        if bias is not None:
            columns = [column + b for column, b in zip(columns, bias)]
        return torch.stack(columns, dim=-1)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the weights are not transposed",
        was="weight.mT",
        becomes="weight",
        hint="`weight` is (out, in). What shape must the right side of `@` have?",
    ),
    Variant(
        "the weights are reshaped, not transposed",
        was="weight.mT",
        becomes="weight.reshape(weight.shape[1], weight.shape[0])",
        hint="`reshape` keeps the numbers in their order in memory. Is the first column of the result the first row of W?",
    ),
    Variant(
        "the weights are transposed in place",
        was="weight.mT",
        becomes="(weight.mT if weight.requires_grad else weight.t_())",
        hint="`t_` changes its tensor. What will the next call find?",
    ),
    Variant(
        "only matrices are taken",
        body="""
        y = x.mm(weight.T)
        return y if bias is None else y + bias
        """,
        hint="`mm` is for two matrices. Which product takes any number of axes before the last two, or a single vector?",
    ),
    Variant(
        "a single vector is not taken",
        was="x @ weight.mT",
        becomes="(weight @ x.mT).mT",
        hint="Has a vector with one axis a transpose? On which side of `x` could the weights stand, so that none is needed?",
    ),
    Variant(
        "all axes of `x` are reversed",
        was="x @ weight.mT",
        becomes="(weight @ x.permute(*range(x.dim())[::-1])).permute(*range(x.dim())[::-1])",
        hint="`T` reverses all axes. What becomes of three of them?",
    ),
    Variant(
        "the axes before the last one are made one",
        was="x @ weight.mT",
        becomes="x.reshape(-1, x.shape[-1]) @ weight.mT",
        hint="Which shape has the result? The vectors may be put in one long list, but who puts them back?",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="x @ weight.mT",
        becomes="(x.view(-1, x.shape[-1]) @ weight.mT).view(*x.shape[:-1], weight.shape[0])",
        hint="`view` needs the numbers to lie in memory in order. Which method copies them if it must?",
    ),
    Variant(
        "axes of size 1 get lost",
        was="x @ weight.mT",
        becomes="(weight @ x[..., None]).squeeze()",
        hint="`squeeze` without an axis removes every axis of size 1. Which one did you add?",
    ),
    Variant(
        "a batch of nothing cannot be stacked",
        was="y = x @ weight.mT",
        becomes="import torch\n    rows = [row @ weight.mT for row in x.reshape(-1, x.shape[-1])] if x.numel() else []\n"
        "    y = torch.stack(rows).reshape(*x.shape[:-1], len(weight))",
        hint="A list of no tensors cannot be stacked. Is there need for a loop at all?",
    ),
    Variant(
        "the bias is ignored",
        was="y if bias is None else y + bias",
        becomes="y",
        hint="What is `bias` for?",
    ),
    Variant(
        "there must be a bias",
        was="y if bias is None else y + bias",
        becomes="y + bias",
        hint="What is a tensor plus None?",
    ),
    Variant(
        "the bias is tested for truth",
        was="y if bias is None else y + bias",
        becomes="y + bias if bias else y",
        hint="What is the truth value of a tensor with two numbers? What is to be asked is whether there is a bias.",
    ),
    Variant(
        "the bias is subtracted",
        was="y + bias",
        becomes="y - bias",
        hint="Which sign has b in the formula?",
    ),
    Variant(
        "the bias is multiplied",
        was="y + bias",
        becomes="y * bias",
        hint="What does the formula do with b?",
    ),
    Variant(
        "the bias is added along the wrong axis",
        was="y + bias",
        becomes="y + (bias[:, None] if y.dim() == 2 and len(y) == len(bias) else bias)",
        hint="`bias[:, None]` is a column. Does a bias belong to an output or to a sample?",
    ),
    Variant(
        "the sum of all biases is added everywhere",
        was="y + bias",
        becomes="y + bias.sum()",
        hint="Each output has a bias of its own.",
    ),
    Variant(
        "the bias comes before the product",
        was="    y = x @ weight.mT",
        becomes="    if bias is not None and len(bias) == x.shape[-1]:\n        x, bias = x + bias, None\n    y = x @ weight.mT",
        hint="The bias is (out,). What comes first in the formula, the product or the sum?",
    ),
    Variant(
        "the result is divided by the root of its inputs",
        was="x @ weight.mT",
        becomes="x @ weight.mT / x.shape[-1] ** 0.5",
        hint="That is how weights are drawn at the start. Does the layer scale as well?",
    ),
    Variant(
        "the weights get no gradient",
        was="weight.mT",
        becomes="weight.detach().mT",
        hint="`detach` and `.data` cut the graph. What is left to learn?",
    ),
    Variant(
        "neither the weights nor the bias get a gradient",
        body="""
        y = x @ weight.data.mT
        return y if bias is None else y + bias.data
        """,
        hint="`.data` and `detach` cut the graph. What is left to learn?",
    ),
    Variant(
        "the bias gets no gradient",
        was="y + bias",
        becomes="y + bias.detach()",
        hint="The bias is learned, too. What does `detach` or `.data` do to it?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="x @ weight.mT",
        becomes="x.float() @ weight.float().mT",
        hint="Which dtype went in? The same should come out.",
    ),
]

EQUIVALENT: list[Equivalent] = []
