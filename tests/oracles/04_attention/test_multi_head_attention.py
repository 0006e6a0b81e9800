"""Attention with several heads against torch's own module, in float64."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

MultiHeadAttention = reference(__file__).MultiHeadAttention
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


def pair(bias):
    """The reference and torch's module, with the same weights."""
    ours = MultiHeadAttention(12, 3, bias=bias).double()
    theirs = nn.MultiheadAttention(12, 3, bias=bias, batch_first=True, dtype=torch.float64)
    projections = [ours.q_proj, ours.k_proj, ours.v_proj]
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([layer.weight for layer in projections]))
        theirs.out_proj.weight.copy_(ours.out_proj.weight)
        if bias:
            theirs.in_proj_bias.copy_(torch.cat([layer.bias for layer in projections]))
            theirs.out_proj.bias.copy_(ours.out_proj.bias)
    return ours, theirs


def agree(ours, theirs, inputs, mask=None, hidden=None):
    """The same output, and the same gradient by the query and by the last layer."""
    query, key, value = inputs
    out, (expected, _) = ours(query, key, value, mask), theirs(*inputs, attn_mask=hidden)
    assert_close(out, expected)
    cotangent = numbers(*out.shape, seed=3)
    one = torch.autograd.grad(out, [query, ours.out_proj.weight], cotangent)
    other = torch.autograd.grad(expected, [query, theirs.out_proj.weight], cotangent)
    for gradient, wanted in zip(one, other, strict=True):
        assert_close(gradient, wanted)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("mask", MASKS, ids=["no mask", "some keys", "causal", "padding"])
def test_multi_head_attention(mask, bias):
    torch.manual_seed(0)
    inputs = numbers(2, 5, 12, seed=0), numbers(2, 7, 12, seed=1), numbers(2, 7, 12, seed=2)
    # torch means by True that the key is hidden, and wants a mask for each sequence and head.
    hidden = None if mask is None else (~mask).expand(2, 3, 5, 7).reshape(6, 5, 7)
    agree(*pair(bias), inputs, mask, hidden)


def test_key_and_value_by_default():
    torch.manual_seed(0)
    ours, theirs = pair(bias=True)
    query, key = numbers(2, 5, 12, seed=0), numbers(2, 7, 12, seed=1)
    assert_close(ours(query), theirs(query, query, query)[0])
    assert_close(ours(query, key), theirs(query, key, key)[0])


@pytest.mark.parametrize("B", [2, 3])
def test_a_mask_for_each_sequence(B):
    torch.manual_seed(0)
    ours, theirs = pair(bias=True)
    query, key = numbers(B, 5, 12, seed=0), numbers(B, 7, 12, seed=1)
    mask = torch.rand(B, 5, 7, generator=torch.Generator().manual_seed(2)) < 0.6
    mask[..., 0] = True
    expected, _ = theirs(query, key, key, attn_mask=(~mask).repeat_interleave(3, dim=0))
    assert_close(ours(query, key, mask=mask), expected)
    assert_close(ours(query, key, mask=mask.unsqueeze(1)), expected)
