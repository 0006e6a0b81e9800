"""The reference of sliding_window against the formula, one number at a time in plain Python."""

import math

import pytest
import torch

from tests.conftest import reference

sliding_window_attention = reference(__file__).sliding_window_attention


def by_the_formula(q, k, v, window):
    out = []
    for t, query in enumerate(q):
        seen = range(max(0, t - window + 1), t + 1)
        exps = [math.exp(sum(a * b for a, b in zip(query, k[s], strict=True)) / math.sqrt(len(query))) for s in seen]
        columns = zip(*(v[s] for s in seen), strict=True)
        out.append([sum(e * x for e, x in zip(exps, column, strict=True)) / sum(exps) for column in columns])
    return out


@pytest.mark.parametrize("window", [1, 2, 3, 6, 7, 100])
def test_formula(window):
    generator = torch.Generator().manual_seed(window)
    q, k, v = (torch.randn(7, n, generator=generator, dtype=torch.float64) for n in (4, 4, 3))
    expected = torch.tensor(by_the_formula(q.tolist(), k.tolist(), v.tolist(), window), dtype=torch.float64)
    torch.testing.assert_close(sliding_window_attention(q, k, v, window), expected)
    stacked = sliding_window_attention(*(x.expand(2, 3, *x.shape) for x in (q, k, v)), window)
    torch.testing.assert_close(stacked, expected.expand(2, 3, 7, 3))


def test_a_long_window_is_causal_attention():
    q, k, v = (torch.randn(2, 5, 4, dtype=torch.float64) for _ in range(3))
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(sliding_window_attention(q, k, v, 5), expected)
