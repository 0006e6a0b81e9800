"""The reference of self_attention against torch's own attention."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

SelfAttention = reference(__file__).SelfAttention


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("shape", [None, (5, 5), (3, 5, 5), (3, 1, 5)])
def test_torch(bias, shape):
    torch.manual_seed(0)
    attention = SelfAttention(6, 4, bias=bias).double()
    x = torch.randn(3, 5, 6, dtype=torch.float64)
    mask = None if shape is None else (torch.rand(shape) < 0.5) | torch.eye(5, dtype=torch.bool)[: shape[-2]]

    expected = F.scaled_dot_product_attention(
        *(F.linear(x, layer.weight, layer.bias) for layer in (attention.q_proj, attention.k_proj, attention.v_proj)),
        mask,
    )
    torch.testing.assert_close(attention(x, mask=mask), expected)


def test_nothing_to_attend_to():
    attention = SelfAttention(6, 4, bias=True)
    x = torch.randn(2, 3, 6, requires_grad=True)
    mask = torch.ones(3, 3, dtype=torch.bool)
    mask[1] = False
    out = attention(x, mask)
    out.sum().backward()
    assert not out[:, 1].any()
    assert out[:, 0].any()
    assert x.grad.isfinite().all()
    torch.testing.assert_close(out[:, 0], attention(x)[:, 0])
