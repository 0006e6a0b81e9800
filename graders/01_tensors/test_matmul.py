"""The product of matrices, by broadcasting and a sum."""

import pytest

from kata.grading import Case, Equivalent, Variant, normal

# Operators are listed by torch's names and by those of aten, which `@` ends in: mm, bmm, mv, dot.
PRODUCTS = ["*matmul*", "*mm", "*mv", "*dot", "inner", "einsum", "*linear", "*trilinear*", "conv*", "*attention*"]

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=PRODUCTS)


def multiply(impl, a, b):
    return impl.matmul(a, b)


CASES = [
    Case("two matrices", a=normal(2, 3), b=normal(3, 4)),
    Case("square matrices", a=normal(3, 3), b=normal(3, 3)),
    Case("a row and a column", a=normal(1, 3, mean=3.0), b=normal(3, 1, mean=3.0)),
    Case("batch axes (5, 1) and (4,), not contiguous", a=normal(5, 1, 2, 3), b=normal(4, 2, 3).transposed()),
    Case("a batch for `b` alone", a=normal(2, 3), b=normal(4, 3, 2)),
    Case("three batch axes and two", a=normal(2, 1, 3, 4, 2), b=normal(3, 1, 2, 5), recall=True),
    Case("a column and a row", a=normal(5, 1), b=normal(1, 6), recall=True),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(multiply, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(multiply, Case("gradients", a=normal(2, 1, 3, 2), b=normal(3, 2, 2)))


@pytest.mark.points(2)
def test_no_loop(check):
    # The reference takes 4 operations. A loop takes at least 2 a turn, and here every axis has 18.
    check.cost(multiply, Case("18 products of 18 x 18", a=normal(18, 18, 18), b=normal(18, 18, 18)), calls=8)


@pytest.mark.points(1)
@pytest.mark.parametrize("inner", [(3, 1), (1, 3)], ids=["3 and 1", "1 and 3"])
def test_unequal_inner_sizes_are_refused(check, inner):
    k, other = inner
    check.raises(ValueError, multiply, Case("refused", a=normal(2, k), b=normal(other, 4)))


HINTS = [
    "How many products of two numbers are there for two matrices (n, k) and (k, m)? Which shape has the tensor of them all?",
    (
        "In the formula, A lacks the index j and B lacks the index i. Where do `a` and `b` each need a new axis of size 1, "
        "counted from the end, so that their elementwise product has the axes i, l, j? Over which of them runs the sum?"
    ),
    (
        "Five lines: refuse unequal inner sizes; `a` with a new axis after its last one; `b` with a new axis before its last "
        "two; their elementwise product; its sum over the axis they have in common."
    ),
]

ALSO_RIGHT = [
    Variant(
        "the sum is over the last axis",
        body="""
        if a.size(-1) != b.size(-2):
            raise ValueError("inner sizes differ")
        return (a.unsqueeze(-2) * b.transpose(-1, -2).unsqueeze(-3)).sum(-1)
        """,
    ),
    Variant(
        "everything is expanded to one shape",
        body="""
        import torch
        (n, k), (l, m) = a.shape[-2:], b.shape[-2:]
        if k != l:
            raise ValueError(f"{k} is not {l}")
        batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        left = a.reshape(*a.shape, 1).expand(*batch, n, k, m)
        right = b.reshape(*b.shape[:-2], 1, k, m).expand(*batch, n, k, m)
        return torch.mul(left, right).movedim(-2, 0).sum(dim=0)
        """,
    ),
    Variant(
        "a row times a matrix, mapped over the rows, in float64",
        body="""
        import torch
        if not a.shape[-1] == b.shape[-2]:
            raise ValueError
        row_times_b = lambda row: (row.double()[..., None] * b).sum(-2)
        rows = a.movedim(-2, 0)
        return torch.vmap(row_times_b)(rows).movedim(0, -2).to(a.dtype)
        """,
    ),
    Variant(
        "the mean, times k",
        body="""
        k = a.shape[-1]
        if b.shape[-2] != k:
            raise ValueError("inner sizes differ")
        products = a.unsqueeze(-1) * b.unsqueeze(-3)
        return products.mean(dim=-2) * k
        """,
    ),
]

MISTAKES = [
    Variant(
        "the columns of `b` are taken for rows",
        body="""
        if a.shape[-1] != b.shape[-2]:
            raise ValueError(f"rows of {a.shape[-1]} numbers do not fit columns of {b.shape[-2]}")
        return (a[..., :, None, :] * b[..., None, :, :]).sum(dim=-1)
        """,
        hint="A row of A meets a column of B. Which axis of `b` counts the numbers of a column?",
    ),
    Variant(
        "`b` is reshaped, not transposed",
        body="""
        if a.shape[-1] != b.shape[-2]:
            raise ValueError(f"rows of {a.shape[-1]} numbers do not fit columns of {b.shape[-2]}")
        columns = b.reshape(*b.shape[:-2], b.shape[-1], b.shape[-2])
        return (a[..., :, None, :] * columns[..., None, :, :]).sum(dim=-1)
        """,
        hint="`reshape` keeps the numbers in their order in memory. Is the first row of the result the first column of `b`?",
    ),
    Variant(
        "the matrices are multiplied entry by entry",
        was="products.sum(dim=-2)",
        becomes="a * b",
        hint="`*` multiplies entries at the same place. Which places does the formula bring together?",
    ),
    Variant(
        "the new axis of `a` is in the wrong place",
        was="a[..., :, :, None]",
        becomes="a[..., :, None, :]",
        hint="The products need the axes n, k, m. Which of them does `a` lack, and where does it stand?",
    ),
    Variant(
        "the sum is over the columns of `b`",
        was="sum(dim=-2)",
        becomes="sum(dim=-1)",
        hint="Of n, k and m, which is gone from the result?",
    ),
    Variant(
        "the sum is over the rows of `a`",
        was="sum(dim=-2)",
        becomes="sum(dim=-3)",
        hint="Of n, k and m, which is gone from the result?",
    ),
    Variant(
        "the sum is over axis 1",
        was="sum(dim=-2)",
        becomes="sum(dim=1)",
        hint="Axis 1 is the right one for two matrices without a batch. Which number is right however many axes there are?",
    ),
    Variant(
        "the new axis of `b` is its first",
        was="b[..., None, :, :]",
        becomes="b[None]",
        hint="`b[None]` puts the new axis before the batch axes. Where does it belong when there are some?",
    ),
    Variant(
        "the mean instead of the sum",
        was="sum(",
        becomes="mean(",
        hint="Does the formula divide by k?",
    ),
    Variant(
        "the summed axis is kept",
        was="sum(dim=-2)",
        becomes="sum(dim=-2, keepdim=True)",
        hint="Which shape has the result?",
    ),
    Variant(
        "axes of size 1 get lost",
        was="sum(dim=-2)",
        becomes="sum(dim=-2).squeeze()",
        hint="Which shape has a row times a column? `squeeze` without an axis removes every axis of size 1.",
    ),
    Variant(
        "the batch axes of both are taken to be the same",
        was="return products.sum(dim=-2)",
        becomes="n, m = a.shape[-2], b.shape[-1]\n    return products.sum(dim=-2).reshape(*a.shape[:-2], n, m)",
        hint="The batch axes of `a` alone do not say how many products there are. What do (5, 1) and (4,) broadcast to?",
    ),
    Variant(
        "the batch axes are made one",
        was="left = a[..., :, :, None]",
        becomes="a, b = (t.reshape(-1, *t.shape[-2:]) if t.dim() > 2 else t for t in (a, b))\n"
        "    left = a[..., :, :, None]",
        hint="Five matrices and four, each in a row: how should they broadcast? Can the batch axes be left alone?",
    ),
    Variant(
        "`b` is transposed in place",
        body="""
        if a.shape[-1] != b.shape[-2]:
            raise ValueError(f"rows of {a.shape[-1]} numbers do not fit columns of {b.shape[-2]}")
        columns = b.mT if b.requires_grad else b.transpose_(-1, -2)
        return (a[..., :, None, :] * columns[..., None, :, :]).sum(dim=-1)
        """,
        hint="A method that ends in an underscore changes its tensor. Whose tensor is it?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="left * right",
        becomes="left.float() * right.float()",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "no gradient reaches `b`",
        was="left * right",
        becomes="left * right.detach()",
        hint="Weights are on the right as often as on the left. Which of them learns?",
    ),
    Variant(
        "unequal inner sizes are left to broadcasting",
        was="if a.shape[-1] != b.shape[-2]:",
        becomes="if False:",
        hint="What does broadcasting make of a row of 3 numbers and a column of 1?",
    ),
    Variant(
        "a loop over the rows of `a`",
        was="return products.sum(dim=-2)",
        becomes="import torch\n    rows = [(row.unsqueeze(-1) * b).sum(dim=-2) for row in a.unbind(-2)]\n"
        "    return torch.stack(rows, dim=-2)",
        hint="Each turn of the loop costs as much as a whole tensor. Which new axis could stand for the loop?",
    ),
    Variant(
        "a loop over the inner axis",
        was="return products.sum(dim=-2)",
        becomes="total = 0\n    for row, column in zip(left.unbind(-2), right.unbind(-2)):\n"
        "        total = total + row * column\n    return total",
        hint="A sum in a loop is a sum along an axis. Which axis is it?",
    ),
    Variant(
        "a loop over the batch",
        was="return products.sum(dim=-2)",
        becomes="if a.dim() == b.dim() == 3 and len(a) == len(b):\n        import torch\n"
        "        return torch.stack([matmul(*pair) for pair in zip(a, b)])\n    return products.sum(dim=-2)",
        hint="What does broadcasting do with the batch axes by itself, if the new axes are counted from the end?",
    ),
]

EQUIVALENT: list[Equivalent] = []
