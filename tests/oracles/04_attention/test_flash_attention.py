"""The reference of flash_attention against torch's own attention, in float64 and with every size of block."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

flash_attention = reference(__file__).flash_attention


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("T", "S"), [(1, 1), (5, 7), (7, 7), (7, 5), (1, 70)])
@pytest.mark.parametrize("std", [1.0, 100.0])
def test_torch(T, S, causal, std):
    q, k, v = draw(2, 3, T, 4, seed=1) * std, draw(2, 3, S, 4, seed=2) * std, draw(2, 3, S, 6, seed=3)
    mask = torch.ones(T, S, dtype=torch.bool).tril(S - T) if causal else torch.ones(T, S, dtype=torch.bool)
    expected = F.scaled_dot_product_attention(q, k, v, mask).where(mask.any(-1, keepdim=True), 0.0)
    for block_size in (1, 2, 3, 7, 64):
        found = flash_attention(q, k, v, block_size=block_size, causal=causal)
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(flash_attention(q, k, v, causal=causal), expected, rtol=1e-10, atol=1e-12)
