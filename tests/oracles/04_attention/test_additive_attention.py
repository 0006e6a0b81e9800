"""The reference of additive_attention against the formulas of the paper, one number at a time."""

import math

import pytest
import torch

from tests.conftest import reference

AdditiveAttention = reference(__file__).AdditiveAttention


def by_the_formulas(w, u, v, query, keys, seen):
    """Weights and context of one query, in plain Python."""

    def times(matrix, vector):
        return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]

    scores = [
        sum(a * math.tanh(b + c) for a, b, c in zip(v[0], times(w, query), times(u, key), strict=True)) for key in keys
    ]
    powers = [math.exp(score) if visible else 0.0 for score, visible in zip(scores, seen, strict=True)]
    weights = [power / sum(powers) if any(seen) else 0.0 for power in powers]
    return [sum(a * key[i] for a, key in zip(weights, keys, strict=True)) for i in range(len(keys[0]))], weights


@pytest.mark.parametrize("sizes", [(3, 4, 5), (2, 2, 2), (1, 3, 1)])
@pytest.mark.parametrize("masked", [False, True])
def test_formulas(sizes, masked):
    torch.manual_seed(0)
    attention = AdditiveAttention(*sizes).double()
    query, keys = torch.randn(3, sizes[0]).double(), torch.randn(3, 4, sizes[1]).double()
    seen = [[True, False, True, False], [False] * 4, [False, False, False, True]] if masked else [[True] * 4] * 3
    context, weights = attention(query, keys, torch.tensor(seen) if masked else None)
    layers = [layer.weight.tolist() for layer in (attention.query_proj, attention.key_proj, attention.score)]
    for row in range(3):
        expected = by_the_formulas(*layers, query[row].tolist(), keys[row].tolist(), seen[row])
        assert context[row].tolist() == pytest.approx(expected[0], rel=1e-12, abs=1e-14)
        assert weights[row].tolist() == pytest.approx(expected[1], rel=1e-12, abs=0)


def test_gradients_by_differences():
    torch.manual_seed(1)
    attention = AdditiveAttention(2, 3, 4).double()
    query, keys = (torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in [(2, 2), (2, 3, 3)])
    mask = torch.tensor([[True, True, False], [False, False, False]])
    state = {name: weight.detach().requires_grad_() for name, weight in attention.named_parameters()}

    def call(query, keys, *weights):
        given = dict(zip(state, weights, strict=True))
        return torch.func.functional_call(attention, given, (query, keys, mask))

    assert torch.autograd.gradcheck(call, (query, keys, *state.values()))
