"""The reference of grouped_query_attention against the attention of Hugging Face's Llama, and against torch's own."""

import pytest
import torch
import torch.nn.functional as F
from transformers.models.llama import modeling_llama as llama

from tests.conftest import reference

GroupedQueryAttention = reference(__file__).GroupedQueryAttention


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_llama(groups):
    config = llama.LlamaConfig(
        hidden_size=12, num_attention_heads=6, num_key_value_heads=groups, attn_implementation="eager"
    )
    torch.manual_seed(0)
    ours, theirs = GroupedQueryAttention(12, 6, groups), llama.LlamaAttention(config, layer_idx=0).eval()
    theirs.load_state_dict({name.replace("out_proj", "o_proj"): weight for name, weight in ours.state_dict().items()})
    x = torch.randn(2, 5, 12)
    unturned = torch.ones(2, 5, 2), torch.zeros(2, 5, 2)  # cosines and sines of an angle of 0: no positions
    mask = torch.ones(5, 5, dtype=torch.bool).tril()
    added = torch.zeros(1, 1, 5, 5).masked_fill(~mask, torch.finfo(torch.float32).min)
    expected, _ = theirs(x, position_embeddings=unturned, attention_mask=added)
    torch.testing.assert_close(ours(x, mask), expected)


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("shape", [None, (5, 5), (6, 5, 5), (6, 1, 5, 5), (6, 1, 1, 5)])
def test_torch(groups, shape):
    torch.manual_seed(0)
    ours = GroupedQueryAttention(12, 6, groups).double()
    x = torch.randn(6, 5, 12, dtype=torch.float64)
    mask = None
    if shape:
        mask = torch.rand(shape) < 0.5
        mask[..., 0] = True
    q, k, v = (
        (x @ layer.weight.T).view(6, 5, -1, 2).transpose(1, 2) for layer in (ours.q_proj, ours.k_proj, ours.v_proj)
    )
    four_axes = mask[:, None] if mask is not None and mask.dim() == 3 else mask
    found = F.scaled_dot_product_attention(q, k, v, four_axes, enable_gqa=True)
    expected = found.transpose(1, 2).reshape(6, 5, 12) @ ours.out_proj.weight.T
    torch.testing.assert_close(ours(x, mask), expected)


@pytest.mark.parametrize(
    ("groups", "count"), [(8, 4 * 64 * 64), (2, 2 * 64 * 64 + 2 * 64 * 16), (1, 2 * 64 * 64 + 2 * 64 * 8)]
)
def test_number_of_parameters(groups, count):
    assert sum(parameter.numel() for parameter in GroupedQueryAttention(64, 8, groups).parameters()) == count


@pytest.mark.parametrize("sizes", [(6, 4, 2), (8, 4, 3), (8, 2, 4)])
def test_uneven_heads(sizes):
    with pytest.raises(ValueError, match="evenly"):
        GroupedQueryAttention(*sizes)
