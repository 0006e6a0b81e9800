"""The reference of linear_attention against the first fraction of the formula: weights for each query and key."""

import math

import pytest
import torch

from tests.conftest import reference

linear_attention = reference(__file__).linear_attention


def phi(row):
    return [x + 1 if x > 0 else math.exp(x) for x in row]


def by_the_formula(q, k, v, causal):
    out = []
    for t, query in enumerate(q):
        seen = range(t + 1) if causal else range(len(k))
        parts = [sum(a * b for a, b in zip(phi(query), phi(k[s]), strict=True)) for s in seen]
        columns = zip(*(v[s] for s in seen), strict=True)
        out.append([sum(p * x for p, x in zip(parts, column, strict=True)) / sum(parts) for column in columns])
    return out


@pytest.mark.parametrize(
    ("T", "S", "causal"), [(5, 7, False), (7, 5, False), (6, 6, False), (6, 6, True), (1, 1, True)]
)
def test_formula(T, S, causal):
    generator = torch.Generator().manual_seed(T)
    shapes = [(T, 4), (S, 4), (S, 3)]
    q, k, v = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes)
    expected = torch.tensor(by_the_formula(q.tolist(), k.tolist(), v.tolist(), causal), dtype=torch.float64)
    torch.testing.assert_close(linear_attention(q, k, v, causal=causal), expected)
    stacked = linear_attention(*(x.expand(2, 3, *x.shape) for x in (q, k, v)), causal=causal)
    torch.testing.assert_close(stacked, expected.expand(2, 3, T, 3))


@pytest.mark.parametrize("causal", [False, True])
def test_gradients(causal):
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(2, 3, n, generator=generator, dtype=torch.float64, requires_grad=True) for n in (4, 4, 2))
    assert torch.autograd.gradcheck(lambda *x: linear_attention(*x, causal=causal), (q, k, v))
