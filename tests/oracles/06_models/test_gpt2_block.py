"""The reference of gpt2_block against the block of Hugging Face's GPT-2, and against torch's own layers."""

import pytest
import torch
from torch import nn
from transformers.models.gpt2 import modeling_gpt2 as gpt2

from tests.conftest import reference

GPT2Block = reference(__file__).GPT2Block
LAYERS = {"qkv_proj": "attn.c_attn", "out_proj": "attn.c_proj", "up": "mlp.c_fc", "down": "mlp.c_proj"}


def draw_all(module):
    """Numbers of every size in every parameter, norms and biases too."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)
    return module


def hugging_face(ours, d_model, heads):
    config = gpt2.GPT2Config(n_embd=d_model, n_head=heads, resid_pdrop=0.0, attn_pdrop=0.0, attn_implementation="eager")
    theirs = gpt2.GPT2Block(config, layer_idx=0).to(next(ours.parameters()))
    state = {}
    for name, weight in ours.state_dict().items():
        layer, kind = name.split(".")
        state[f"{LAYERS.get(layer, layer)}.{kind}"] = weight.T if layer in LAYERS and kind == "weight" else weight
    theirs.load_state_dict(state)
    return theirs


@pytest.mark.parametrize(("d_model", "heads"), [(8, 2), (15, 5), (9, 3), (4, 1), (6, 6)])
@pytest.mark.parametrize("size", [1.0, 0.003])
def test_hugging_face(d_model, heads, size):
    torch.manual_seed(0)
    ours = draw_all(GPT2Block(d_model, heads).double())
    theirs = hugging_face(ours, d_model, heads)
    x = (size * torch.randn(2, 7, d_model, dtype=torch.float64)).requires_grad_()
    later = torch.ones(7, 7, dtype=torch.bool).triu(1)
    mask = torch.zeros(1, 1, 7, 7, dtype=torch.float64).masked_fill(later, torch.finfo(torch.float64).min)
    expected = theirs(x, attention_mask=mask)
    expected = expected[0] if isinstance(expected, tuple) else expected
    torch.testing.assert_close(ours(x), expected)
    cotangent = torch.randn_like(expected)
    (slope,) = torch.autograd.grad(expected, x, cotangent)
    torch.testing.assert_close(torch.autograd.grad(ours(x), x, cotangent)[0], slope)


def test_torchs_layers():
    torch.manual_seed(0)
    ours = draw_all(GPT2Block(12, 3).double())
    attention = nn.MultiheadAttention(12, 3, batch_first=True, dtype=torch.float64)
    norms = [nn.LayerNorm(12, dtype=torch.float64) for _ in range(2)]
    with torch.no_grad():
        attention.in_proj_weight.copy_(ours.qkv_proj.weight)
        attention.in_proj_bias.copy_(ours.qkv_proj.bias)
        attention.out_proj.load_state_dict(ours.out_proj.state_dict())
    for norm, mine in zip(norms, (ours.ln_1, ours.ln_2), strict=True):
        norm.load_state_dict(mine.state_dict())
    x = torch.randn(2, 5, 12, dtype=torch.float64)
    normed, later = norms[0](x), torch.ones(5, 5, dtype=torch.bool).triu(1)
    middle = x + attention(normed, normed, normed, attn_mask=later, need_weights=False)[0]
    network = nn.Sequential(ours.up, nn.GELU(approximate="tanh"), ours.down)
    torch.testing.assert_close(ours(x), middle + network(norms[1](middle)))


def test_number_of_parameters():
    """Twelve blocks of the smallest GPT-2 have 85 million of its 124 million."""
    assert 12 * sum(parameter.numel() for parameter in GPT2Block(768, 12).parameters()) == 85_054_464


def test_uneven_heads():
    with pytest.raises(ValueError, match="4 heads"):
        GPT2Block(6, 4)
