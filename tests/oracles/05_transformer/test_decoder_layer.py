"""The decoder layer against torch's own, in float64: both orders of the norms, every kind of mask, gradients."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

DecoderLayer = reference(__file__).DecoderLayer
SIZES = (12, 3, 20)
SOME = torch.rand(2, 5, 7, generator=torch.Generator().manual_seed(0)) < 0.7
SOME[..., 0] = True  # torch's layer has NaN where all is hidden
MASKS = {
    "no mask": (None, None),
    "causal, and a memory with padding": (
        torch.ones(5, 5, dtype=torch.bool).tril(),
        torch.tensor([[[True, True, True, False, False, False, False]], [[True] * 7]]),
    ),
    "each sequence its own": (SOME[..., :5], SOME),
}


@pytest.fixture(params=[False, True], ids=["post-norm", "pre-norm"])
def two(request):
    """The reference, and torch's layer with the same weights."""
    torch.manual_seed(0)
    settings = {"batch_first": True, "norm_first": request.param, "dtype": torch.float64, "dropout": 0.0}
    theirs, ours = nn.TransformerDecoderLayer(*SIZES, **settings), DecoderLayer(*SIZES, norm_first=request.param)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(std=0.5)
    ours.double().load_torch(theirs)
    return ours, theirs


def numbers(*shape):
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def hidden(mask, T, S):
    """A mask as torch wants it: True hides, one for each sequence and head."""
    return None if mask is None else (~mask).expand(2, T, S).repeat_interleave(3, dim=0)


@pytest.mark.parametrize("masks", MASKS.values(), ids=MASKS.keys())
def test_torch(two, masks):
    ours, theirs = two
    x, memory = numbers(2, 5, 12), numbers(2, 7, 12)
    out = ours(x, memory, *masks)
    expected = theirs(x, memory, tgt_mask=hidden(masks[0], 5, 5), memory_mask=hidden(masks[1], 5, 7))
    torch.testing.assert_close(out, expected, rtol=1e-12, atol=1e-12)
    cotangent = numbers(2, 5, 12)
    one = torch.autograd.grad(out, [x, memory, ours.norm2.weight], cotangent)
    other = torch.autograd.grad(expected, [x, memory, theirs.norm2.weight], cotangent)
    torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_nothing_to_attend_to():
    torch.manual_seed(0)
    layer = DecoderLayer(*SIZES, norm_first=True).double()
    x, memory = numbers(1, 4, 12), numbers(1, 6, 12)
    out = layer(x, memory, torch.zeros(4, 4, dtype=torch.bool), torch.zeros(4, 6, dtype=torch.bool))
    h = x + layer.self_attn.out_proj.bias + layer.cross_attn.out_proj.bias
    torch.testing.assert_close(out, h + layer.feed_forward(layer.norm3(h)))
    assert torch.autograd.grad(out.sum(), x)[0].isfinite().all()


@pytest.mark.parametrize("norm_first", [False, True])
def test_where_dropout_is(norm_first):
    """With a dropout of 1 the parts say nothing: what is left is the residual path."""
    torch.manual_seed(0)
    layer = DecoderLayer(*SIZES, dropout=1.0, norm_first=norm_first)
    expected = x = torch.randn(2, 5, 12)
    for _ in range(0 if norm_first else 3):
        expected = nn.functional.layer_norm(expected, [12])
    torch.testing.assert_close(layer(x, torch.randn(2, 7, 12)), expected)
