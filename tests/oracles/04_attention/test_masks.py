"""The masks against their definitions, and against torch's attention."""

import pytest
import torch
import torch.nn.functional as F
from torch.nn.attention.bias import causal_lower_right

from tests.conftest import reference

SOLUTION = reference(__file__)


@pytest.mark.parametrize("T, S", [(1, 1), (4, 4), (3, 5), (1, 6), (5, 3)])
def test_causal_mask(T, S):
    mask = SOLUTION.causal_mask(T, S)
    assert mask.dtype == torch.bool
    assert mask.tolist() == [[j <= i + S - T for j in range(S)] for i in range(T)]


@pytest.mark.parametrize("S", [4, 7])
def test_causal_attention(S):
    g = torch.Generator().manual_seed(0)
    q, k = torch.randn(1, 1, 4, 8, generator=g), torch.randn(1, 1, S, 8, generator=g)
    ours = F.scaled_dot_product_attention(q, k, k, attn_mask=SOLUTION.causal_mask(4, S))
    theirs = F.scaled_dot_product_attention(q, k, k, attn_mask=causal_lower_right(4, S))
    torch.testing.assert_close(ours, theirs)


def test_as_many_keys_as_queries():
    assert torch.equal(SOLUTION.causal_mask(5), SOLUTION.causal_mask(5, 5))


def test_padding_mask():
    mask = SOLUTION.padding_mask(torch.tensor([3, 0, 5]), 5)
    assert mask.shape == (3, 1, 5) and mask.dtype == torch.bool
    assert mask.sum(dim=(1, 2)).tolist() == [3, 0, 5]
    assert mask[0, 0].tolist() == [True, True, True, False, False]


def test_combine():
    causal, padding = SOLUTION.causal_mask(4), SOLUTION.padding_mask(torch.tensor([2, 4, 0]), 4)
    both = SOLUTION.combine(None, causal, padding)
    assert both.shape == (3, 4, 4)
    for b, length in enumerate([2, 4, 0]):
        assert both[b].tolist() == [[j <= i and j < length for j in range(4)] for i in range(4)]
    assert SOLUTION.combine() is None and SOLUTION.combine(None) is None
    assert torch.equal(SOLUTION.combine(causal), causal)
