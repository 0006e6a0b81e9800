"""A mixture of experts against the formulas, a token at a time with every expert, and transformers' Mixtral loss."""

import pytest
import torch
from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

from tests.conftest import reference

MoE = reference(__file__).MoE


def made(top_k, num_experts=4):
    torch.manual_seed(0)
    return MoE(5, 6, num_experts, top_k).double(), torch.randn(2, 3, 5, dtype=torch.float64, requires_grad=True)


def by_the_formulas(moe, x, top_k):
    """All experts on all tokens, with weights that are 0 where an expert is not among the likeliest."""
    probs = torch.softmax(x @ moe.router.weight.T, -1)
    least = probs.topk(top_k).values[..., -1:]
    seen = probs * (probs >= least)
    everything = torch.stack([expert(x) for expert in moe.experts], dim=-1)
    return (everything * (seen / seen.sum(-1, keepdim=True)).unsqueeze(-2)).sum(-1)


@pytest.mark.parametrize("top_k", [1, 2, 3, 4])
def test_output(top_k):
    moe, x = made(top_k)
    out, expected = moe(x)[0], by_the_formulas(moe, x, top_k)
    torch.testing.assert_close(out, expected, rtol=1e-12, atol=1e-12)
    leaves, cotangent = [x, moe.router.weight, moe.experts[0].up.weight], torch.randn_like(out)
    ours, theirs = (torch.autograd.grad(y, leaves, cotangent, allow_unused=True) for y in (out, expected))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("top_k", [1, 2, 4])
def test_auxiliary_loss(top_k):
    # theirs counts choices without dividing them by k
    moe, x = made(top_k)
    theirs = load_balancing_loss_func((moe.router(x).flatten(0, 1),), 4, top_k) / top_k
    torch.testing.assert_close(moe(x)[1], theirs.double(), rtol=1e-6, atol=0)


def test_an_even_load():
    moe, x = made(4)
    assert moe(x)[1].item() == pytest.approx(1.0, rel=1e-12)


def test_ties():
    moe, x = made(2)
    torch.nn.init.zeros_(moe.router.weight)
    expected = (moe.experts[0](x) + moe.experts[1](x)) / 2
    torch.testing.assert_close(moe(x)[0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("top_k", [0, 5])
def test_refused(top_k):
    with pytest.raises(ValueError, match="cannot be chosen"):
        MoE(5, 6, 4, top_k)
