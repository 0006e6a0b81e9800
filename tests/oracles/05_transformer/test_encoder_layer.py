"""The encoder layer against torch's own, in float64: both orders of the norms, every kind of mask, gradients."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

EncoderLayer = reference(__file__).EncoderLayer
SIZES = (12, 3, 20)
MASKS = {
    "no mask": None,
    "causal": torch.ones(5, 5, dtype=torch.bool).tril(),
    "each sequence its own": torch.rand(2, 5, 5, generator=torch.Generator().manual_seed(0)) < 0.7,
    "padding": torch.tensor([[[True, True, True, False, False]], [[True] * 5]]),
}
MASKS["each sequence its own"][..., 0] = True  # torch's layer has NaN where all is hidden


@pytest.fixture(params=[False, True], ids=["post-norm", "pre-norm"])
def two(request):
    """The reference, and torch's layer with the same weights."""
    torch.manual_seed(0)
    settings = {"batch_first": True, "norm_first": request.param, "dtype": torch.float64, "dropout": 0.0}
    theirs, ours = nn.TransformerEncoderLayer(*SIZES, **settings), EncoderLayer(*SIZES, norm_first=request.param)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(std=0.5)
    ours.double().load_torch(theirs)
    return ours, theirs


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_torch(two, mask):
    ours, theirs = two
    x = torch.randn(2, 5, 12, dtype=torch.float64, requires_grad=True)
    hidden = None if mask is None else (~mask).expand(2, 5, 5).repeat_interleave(3, dim=0)
    out, expected = ours(x, mask), theirs(x, src_mask=hidden)
    torch.testing.assert_close(out, expected, rtol=1e-12, atol=1e-12)
    cotangent = torch.randn(2, 5, 12, dtype=torch.float64)
    one = torch.autograd.grad(out, [x, ours.norm1.weight, ours.feed_forward.up.bias], cotangent)
    other = torch.autograd.grad(expected, [x, theirs.norm1.weight, theirs.linear1.bias], cotangent)
    torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_nothing_to_attend_to():
    torch.manual_seed(0)
    layer = EncoderLayer(*SIZES).double()
    x = torch.randn(1, 4, 12, dtype=torch.float64, requires_grad=True)
    out = layer(x, torch.zeros(4, 4, dtype=torch.bool))
    h = layer.norm1(x + layer.self_attn.out_proj.bias)
    torch.testing.assert_close(out, layer.norm2(h + layer.feed_forward(h)))
    assert torch.autograd.grad(out.sum(), x)[0].isfinite().all()


@pytest.mark.parametrize("norm_first", [False, True])
def test_where_dropout_is(norm_first):
    """With a dropout of 1 the parts say nothing: what is left is the residual path."""
    torch.manual_seed(0)
    layer = EncoderLayer(*SIZES, dropout=1.0, norm_first=norm_first)
    x = torch.randn(2, 5, 12)
    once = nn.functional.layer_norm(x, [12])
    torch.testing.assert_close(layer(x), x if norm_first else nn.functional.layer_norm(once, [12]))


def test_weights_are_copied(two):
    ours, theirs = two
    x = torch.randn(2, 5, 12, dtype=torch.float64)
    before = ours(x)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.zero_()
    torch.testing.assert_close(ours(x), before, rtol=0, atol=0)
