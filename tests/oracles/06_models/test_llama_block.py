"""The reference of llama_block against a layer of Hugging Face's Llama, and what its grader draws against their names."""

from importlib.metadata import version

import pytest
import torch
from torch import nn
from transformers.models.llama import modeling_llama as llama

from kata.course import Course
from tests.conftest import ROOT, grader_of, reference

SOLUTION = reference(__file__)
COVERED = "5"  # the major version whose names the statement gives


def hugging_face(D, F, H, G, d, base=10000.0, eps=1e-6):
    config = llama.LlamaConfig(
        hidden_size=D, intermediate_size=F, num_attention_heads=H, num_key_value_heads=G, head_dim=d, rms_norm_eps=eps,
        rope_parameters={"rope_type": "default", "rope_theta": base}, attn_implementation="eager",
    )  # fmt: skip
    torch.manual_seed(0)
    theirs = llama.LlamaDecoderLayer(config, layer_idx=0)
    for name, parameter in theirs.named_parameters():
        nn.init.normal_(parameter, mean=1.0 if "layernorm" in name else 0.0, std=parameter.shape[-1] ** -0.5)
    return config, theirs


def theirs_of(config, layer, x):
    length = x.shape[1]
    turns = llama.LlamaRotaryEmbedding(config)(x, torch.arange(length)[None])
    later = torch.ones(length, length, dtype=torch.bool).triu(1)
    mask = torch.zeros(1, 1, length, length).masked_fill(later, torch.finfo(torch.float32).min)
    result = layer(x, attention_mask=mask, position_embeddings=turns)
    return result[0] if isinstance(result, tuple) else result


def test_the_version_of_transformers_is_covered():
    """Should names have changed, the next test says which: then mend the statement, the grader and this number."""
    assert version("transformers").split(".")[0] == COVERED


@pytest.mark.parametrize("sizes", [(12, 7, 3, 1, 6), (8, 8, 2, 2, 4)])
def test_the_grader_draws_their_names_and_shapes(sizes):
    (exercise,) = Course.load(ROOT).select(["06_models/llama_block"])
    theirs = {name: tuple(weight.shape) for name, weight in hugging_face(*sizes)[1].state_dict().items()}
    drawn = grader_of(exercise).shapes(*sizes)
    assert drawn == theirs, "transformers has other names or shapes in this version"


@pytest.mark.parametrize(
    "sizes", [(12, 7, 3, 1, 6), (8, 8, 2, 2, 4), (12, 20, 6, 2, 2), (8, 5, 4, 2, 10), (6, 9, 1, 1, 2)]
)
@pytest.mark.parametrize(("base", "eps"), [(10000.0, 1e-6), (50.0, 0.02)])
def test_hidden_states_and_gradients(sizes, base, eps):
    config, theirs = hugging_face(*sizes, base, eps)
    ours = SOLUTION.LlamaBlock(config)
    ours.load_hf(theirs.state_dict())
    x = torch.randn(2, 9, sizes[0], requires_grad=True)
    got, expected = ours(x), theirs_of(config, theirs, x)
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5)

    cotangent = torch.randn_like(expected)
    slopes = []
    for result, block in ((got, ours), (expected, theirs)):
        block.zero_grad()
        slopes.append(torch.autograd.grad(result, x, cotangent, retain_graph=True)[0])
        result.backward(cotangent)
    torch.testing.assert_close(*slopes, rtol=1e-4, atol=1e-4)
    pairs = [(ours.q_proj, theirs.self_attn.q_proj), (ours.k_proj, theirs.self_attn.k_proj)]
    pairs += [(ours.gate, theirs.mlp.gate_proj), (ours.attn_norm, theirs.input_layernorm)]
    for mine, layer in pairs:
        torch.testing.assert_close(mine.weight.grad, layer.weight.grad, rtol=1e-4, atol=1e-4)


def test_number_of_parameters():
    """Llama 3 with 8 billion parameters has 32 of these."""
    with torch.device("meta"):
        config = llama.LlamaConfig(
            hidden_size=4096, intermediate_size=14336, num_attention_heads=32, num_key_value_heads=8
        )
        block = SOLUTION.LlamaBlock(config)
    assert sum(parameter.numel() for parameter in block.parameters()) == 218_112_000


def test_uneven_heads():
    config, _ = hugging_face(12, 7, 6, 2, 4)
    config.num_key_value_heads = 4
    with pytest.raises(ValueError, match="evenly"):
        SOLUTION.LlamaBlock(config)
