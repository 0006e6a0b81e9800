"""Attention against torch's own, in float64."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

attention = reference(__file__).attention
MASKS = [
    None,
    torch.tensor([[True, False, True, True, False, True, True]]).expand(5, 7),
    torch.ones(5, 7, dtype=torch.bool).tril(2),
    torch.tensor([[[[True, True, True, False, False, False, False]]], [[[True] * 7]]]),
]


def numbers(*shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def assert_close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("scale", [None, 0.7])
@pytest.mark.parametrize("mask", MASKS, ids=["no mask", "some keys", "causal", "padding"])
def test_scaled_dot_product_attention(mask, scale):
    inputs = numbers(2, 3, 5, 8, seed=0), numbers(2, 3, 7, 8, seed=1), numbers(2, 3, 7, 6, seed=2)
    out, weights = attention(*inputs, mask=mask, scale=scale)
    expected = F.scaled_dot_product_attention(*inputs, attn_mask=mask, scale=scale)
    assert_close(out, expected)
    assert_close(weights @ inputs[2], expected)
    assert_close(weights.sum(-1), torch.ones(2, 3, 5, dtype=torch.float64))
    cotangent = numbers(2, 3, 5, 6, seed=3)
    for ours, theirs in zip(
        torch.autograd.grad(out, inputs, cotangent), torch.autograd.grad(expected, inputs, cotangent), strict=True
    ):
        assert_close(ours, theirs)


def test_a_query_that_may_attend_to_nothing():
    inputs = numbers(5, 8, seed=0), numbers(7, 8, seed=1), numbers(7, 6, seed=2)
    mask = torch.ones(5, 7, dtype=torch.bool)
    mask[1] = False
    out, weights = attention(*inputs, mask=mask)
    others = [0, 2, 3, 4]
    assert_close(out[others], F.scaled_dot_product_attention(inputs[0][others], *inputs[1:]))
    assert not out[1].any() and not weights[1].any()
    assert all(gradient.isfinite().all() for gradient in torch.autograd.grad(out.sum(), inputs))
