"""The reference of cross_attention against torch's nn.MultiheadAttention, which takes keys of another width."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

CrossAttention = reference(__file__).CrossAttention


@pytest.fixture
def two():
    """The reference, and torch's module with the same weights."""
    torch.manual_seed(0)
    ours = CrossAttention(6, 5, 2).double()
    torchs = nn.MultiheadAttention(6, 2, kdim=5, vdim=5, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        for weight, layer in [
            (torchs.q_proj_weight, ours.q_proj),
            (torchs.k_proj_weight, ours.k_proj),
            (torchs.v_proj_weight, ours.v_proj),
            (torchs.out_proj.weight, ours.out_proj),
        ]:
            weight.copy_(layer.weight)
        torchs.in_proj_bias.copy_(torch.cat([ours.q_proj.bias, ours.k_proj.bias, ours.v_proj.bias]))
        torchs.out_proj.bias.copy_(ours.out_proj.bias)
    return ours, torchs


@pytest.mark.parametrize("masked", [False, True])
def test_torch(two, masked):
    ours, torchs = two
    x, context = torch.randn(3, 4, 6, dtype=torch.float64), torch.randn(3, 7, 5, dtype=torch.float64)
    mask = torch.tensor([[True] * n + [False] * (7 - n) for n in (1, 4, 7)]) if masked else None
    expected, _ = torchs(x, context, context, key_padding_mask=~mask if masked else None, need_weights=False)
    torch.testing.assert_close(ours(x, context, mask), expected)


def test_nothing_but_padding(two):
    ours, _ = two
    x = torch.randn(1, 2, 6, dtype=torch.float64, requires_grad=True)
    out = ours(x, torch.randn(1, 3, 5, dtype=torch.float64), torch.zeros(1, 3, dtype=torch.bool))
    out.sum().backward()
    torch.testing.assert_close(out, ours.out_proj.bias.expand(1, 2, 6))
    assert x.grad.isfinite().all()


def test_uneven_heads():
    with pytest.raises(ValueError, match="4 heads"):
        CrossAttention(6, 8, 4)
