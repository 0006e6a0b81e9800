"""RoPE against the Llama of transformers."""

import pytest
import torch
from transformers.models.llama.modeling_llama import LlamaConfig, LlamaRotaryEmbedding, apply_rotary_pos_emb

from tests.conftest import reference

SOLUTION = reference(__file__)


def draw(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def llama(x, position_ids, base):
    config = LlamaConfig(
        hidden_size=x.shape[1] * x.shape[-1],
        num_attention_heads=x.shape[1],
        rope_parameters={"rope_type": "default", "rope_theta": base},
    )
    return LlamaRotaryEmbedding(config)(x, position_ids)


@pytest.mark.parametrize("base", [10000.0, 500000.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_one_position_after_the_other(base, dtype):
    x = draw(2, 3, 6, 8).to(dtype)
    cos, sin = SOLUTION.rope_tables(9, 8, base)
    their_cos, their_sin = llama(x, torch.arange(6)[None], base)
    wanted, _ = apply_rotary_pos_emb(x, x, their_cos, their_sin)
    ours = SOLUTION.apply_rope(x, cos, sin)
    assert ours.dtype == wanted.dtype
    torch.testing.assert_close(ours, wanted, rtol=0, atol=1e-5 if dtype == torch.float32 else 0.05)
    if dtype == torch.float32:
        torch.testing.assert_close(cos[:6], their_cos[0], rtol=0, atol=1e-6)
        torch.testing.assert_close(sin[:6], their_sin[0], rtol=0, atol=1e-6)


def test_positions_of_each_sequence():
    x, positions = draw(2, 2, 3, 8), torch.tensor([[5, 6, 7], [0, 0, 1]])
    wanted, _ = apply_rotary_pos_emb(x, x, *llama(x, positions, 10000.0))
    tables = SOLUTION.rope_tables(8, 8)
    torch.testing.assert_close(SOLUTION.apply_rope(x, *tables, positions), wanted, rtol=0, atol=1e-5)
    for b in range(2):
        torch.testing.assert_close(SOLUTION.apply_rope(x[b], *tables, positions[b]), wanted[b], rtol=0, atol=1e-5)
    one_head = SOLUTION.apply_rope(x[:, 1], *tables, positions)
    torch.testing.assert_close(one_head, wanted[:, 1], rtol=0, atol=1e-5)
    deeper = SOLUTION.apply_rope(x[:, None], *tables, positions)
    torch.testing.assert_close(deeper, wanted[:, None], rtol=0, atol=1e-5)


def test_a_rotation_of_complex_numbers():
    x = draw(5, 8).double()
    cos, sin = SOLUTION.rope_tables(5, 8)
    turn = torch.polar(
        torch.ones(5, 4, dtype=torch.float64),
        torch.outer(torch.arange(5.0).double(), 10000.0 ** (-torch.arange(0, 8, 2).double() / 8)),
    )
    turned = torch.complex(x[:, :4], x[:, 4:]) * turn
    wanted = torch.cat([turned.real, turned.imag], dim=-1)
    torch.testing.assert_close(SOLUTION.apply_rope(x, cos, sin), wanted, rtol=0, atol=1e-6)
