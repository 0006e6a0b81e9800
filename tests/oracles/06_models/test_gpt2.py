"""The reference of gpt2 against Hugging Face's GPT-2, and the names and shapes that its grader draws against theirs."""

import math
from importlib.metadata import version
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from transformers import GPT2Config, GPT2LMHeadModel

from kata.course import Course
from tests.conftest import ROOT, grader_of, reference

GPT2 = reference(__file__).GPT2
COVERED = "5"  # the major version whose names the statement gives; older files are told in a case of the grader


def hugging_face(V, P, D, H, L):
    config = GPT2Config(
        vocab_size=V, n_positions=P, n_embd=D, n_head=H, n_layer=L, bos_token_id=0, eos_token_id=0,
        attn_implementation="eager",
    )  # fmt: skip
    torch.manual_seed(0)
    theirs = GPT2LMHeadModel(config).double().eval()
    for name, parameter in theirs.named_parameters():
        torch.nn.init.normal_(parameter, mean="ln" in name and 1.0, std=0.3)
    return config, theirs


def test_the_version_of_transformers_is_covered():
    """Should names have changed, the next test says which: then mend the statement, the grader and this number."""
    assert version("transformers").split(".")[0] == COVERED


@pytest.mark.parametrize("sizes", [(7, 5, 6, 2, 1), (11, 9, 15, 5, 3)])
def test_the_grader_draws_their_names_and_shapes(sizes):
    V, P, D, _, L = sizes
    (exercise,) = Course.load(ROOT).select(["06_models/gpt2"])
    drawn = grader_of(exercise).shapes(V, P, D, L)
    theirs = {name: tuple(weight.shape) for name, weight in hugging_face(*sizes)[1].state_dict().items()}
    assert drawn == theirs, "transformers has other names or shapes in this version"


@pytest.mark.parametrize("sizes", [(13, 8, 12, 2, 2), (11, 9, 15, 5, 3), (7, 8, 9, 3, 1), (20, 8, 4, 1, 4)])
def test_logits_and_gradients(sizes):
    config, theirs = hugging_face(*sizes)
    ours = GPT2(config).double()
    ours.load_hf(theirs.state_dict())
    ids = torch.randint(sizes[0], (3, 8))
    torch.testing.assert_close(ours(ids), theirs(ids).logits)

    cotangent = torch.randn(3, 8, sizes[0], dtype=torch.float64)
    for model in (ours, theirs):
        logits = model(ids)
        (getattr(logits, "logits", logits) * cotangent).sum().backward()
    slopes = SimpleNamespace(ours=ours, theirs=theirs.transformer)
    for table in ("wte", "wpe"):
        got, expected = (getattr(model, table).weight.grad for model in (slopes.ours, slopes.theirs))
        torch.testing.assert_close(got, expected)
    for mine, block in zip(ours.h, theirs.transformer.h, strict=True):
        torch.testing.assert_close(mine.qkv_proj.weight.grad, block.attn.c_attn.weight.grad.T)
        torch.testing.assert_close(mine.out_proj.weight.grad, block.attn.c_proj.weight.grad.T)
        torch.testing.assert_close(mine.down.weight.grad, block.mlp.c_proj.weight.grad.T)
        torch.testing.assert_close(mine.ln_2.bias.grad, block.ln_2.bias.grad)


def test_first_weights_and_first_loss():
    """As theirs: GPT2LMHeadModel draws with the same deviations, and has the same loss at first."""
    config = GPT2Config(vocab_size=500, n_positions=64, n_embd=96, n_head=4, n_layer=6, bos_token_id=0, eos_token_id=0)
    torch.manual_seed(0)
    ours, theirs = GPT2(config), GPT2LMHeadModel(config).eval()
    pairs = [(ours.wte, theirs.transformer.wte), (ours.wpe, theirs.transformer.wpe)]
    for mine, block in zip(ours.h, theirs.transformer.h, strict=True):
        pairs += [(mine.qkv_proj, block.attn.c_attn), (mine.out_proj, block.attn.c_proj)]
        pairs += [(mine.up, block.mlp.c_fc), (mine.down, block.mlp.c_proj)]
    for mine, layer in pairs:
        torch.testing.assert_close(mine.weight.std(), layer.weight.std(), rtol=0.05, atol=0)
        assert getattr(mine, "bias", None) is None or not mine.bias.any()
    ids, target = torch.randint(500, (2, 8, 64))
    for logits in (ours(ids), theirs(ids).logits):
        assert abs(F.cross_entropy(logits.flatten(0, 1), target.flatten()).item() - math.log(500)) < 0.1


def test_number_of_parameters():
    with torch.device("meta"):
        smallest = GPT2(SimpleNamespace(vocab_size=50257, n_positions=1024, n_embd=768, n_head=12, n_layer=12))
    assert sum(parameter.numel() for parameter in smallest.parameters()) == 124_439_808
