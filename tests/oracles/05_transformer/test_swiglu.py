"""SwiGLU against the feed-forward network of transformers' Llama, and against exact numbers."""

import math

import pytest
import torch
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaMLP

from tests.conftest import reference

SwiGLU = reference(__file__).SwiGLU
NAMES = ["gate", "up", "down"]


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("shape", [(6,), (4, 6), (2, 3, 6), (2, 0, 6)], ids=str)
def test_as_llamas(shape):
    torch.manual_seed(0)
    theirs = LlamaMLP(LlamaConfig(hidden_size=6, intermediate_size=10, num_attention_heads=2)).double()
    ours = SwiGLU(6, 10).double()
    ours.load_state_dict({f"{name}.weight": getattr(theirs, f"{name}_proj").weight for name in NAMES})
    found = []
    for module, names in ((ours, NAMES), (theirs, [f"{name}_proj" for name in NAMES])):
        x = numbers(*shape).requires_grad_()
        y = module(x)
        by = [x, *(getattr(module, name).weight for name in names)]
        found.append([y, *torch.autograd.grad(y, by, numbers(*shape, seed=1))])
    torch.testing.assert_close(*found, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("gate", [-1000.0, -3.0, 0.0, 0.5, 1000.0])
def test_one_number(gate):
    network = SwiGLU(1, 1).double()
    for name, value in zip(NAMES, [gate, 2.0, 5.0], strict=True):
        getattr(network, name).weight.data.fill_(value)
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    y = network(x)
    sigmoid = 1 / (1 + math.exp(-gate)) if gate > -700 else 0.0
    assert y.item() == pytest.approx(10 * gate * sigmoid, rel=1e-14)
    # By the product rule: of z, of its sigmoid, and of `up`.
    slope = 10 * (gate * sigmoid + gate * gate * sigmoid * (1 - sigmoid) + gate * sigmoid)
    assert torch.autograd.grad(y.sum(), x)[0].item() == pytest.approx(slope, rel=1e-14)
