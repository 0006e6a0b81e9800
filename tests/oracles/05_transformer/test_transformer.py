"""The Transformer against torch's own stacks of layers, in float64, and the embedding by a formula written another way."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

Transformer = reference(__file__).Transformer
SRC_VOCAB, TGT_VOCAB, D, H, N, F = 11, 9, 12, 3, 2, 20


def handed_over(theirs, ours):
    """Give one of torch's layers the weights of ours."""
    attentions = [(theirs.self_attn, ours.self_attn)]
    if hasattr(ours, "cross_attn"):
        attentions.append((theirs.multihead_attn, ours.cross_attn))
    with torch.no_grad():
        for one, other in attentions:
            projections = [other.q_proj, other.k_proj, other.v_proj]
            one.in_proj_weight.copy_(torch.cat([layer.weight for layer in projections]))
            one.in_proj_bias.copy_(torch.cat([layer.bias for layer in projections]))
            one.out_proj.load_state_dict(other.out_proj.state_dict())
    theirs.linear1.load_state_dict(ours.feed_forward.up.state_dict())
    theirs.linear2.load_state_dict(ours.feed_forward.down.state_dict())
    for name in ["norm1", "norm2", "norm3"]:
        if hasattr(ours, name):
            getattr(theirs, name).load_state_dict(getattr(ours, name).state_dict())
    return theirs


@pytest.fixture(scope="module")
def ours():
    torch.manual_seed(0)
    model = Transformer(SRC_VOCAB, TGT_VOCAB, D, H, N, F, dropout=0.0, max_len=20).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.4)
    return model


def embedded(table, ids):
    """Written by the complex exponential: its imaginary part is the sine, its real part the cosine."""
    positions, pairs = torch.arange(ids.shape[1]), torch.arange(D // 2)
    turns = torch.polar(torch.ones(()).double(), positions[:, None] / 10000 ** (2 * pairs.double() / D))
    return table.weight[ids] * D**0.5 + torch.view_as_real(turns).flip(-1).flatten(1)


def torchs(ours, src, tgt, src_mask, tgt_mask):
    """The hidden states by torch's layers. What a mask says is turned about, and given for each sequence and head."""
    settings = {"dropout": 0.0, "batch_first": True, "dtype": torch.float64}
    (B, S), T = src.shape, tgt.shape[1]
    memory, x = embedded(ours.src_embedding, src), embedded(ours.tgt_embedding, tgt)
    later = torch.arange(T) > torch.arange(T)[:, None]
    hidden = later.expand(B, T, T) if tgt_mask is None else later | ~tgt_mask.expand(B, T, T)
    padding = None if src_mask is None else ~src_mask.reshape(B, S)
    for layer in ours.encoder_layers:
        memory = handed_over(nn.TransformerEncoderLayer(D, H, F, **settings), layer)(
            memory, src_key_padding_mask=padding
        )
    for layer in ours.decoder_layers:
        x = handed_over(nn.TransformerDecoderLayer(D, H, F, **settings), layer)(
            x, memory, tgt_mask=hidden.repeat_interleave(H, dim=0), memory_key_padding_mask=padding
        )
    return memory, x


def ids(vocab, *shape, seed):
    return torch.randint(vocab, shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("masked", [False, True])
def test_torch(ours, masked):
    src, tgt = ids(SRC_VOCAB, 2, 7, seed=1), ids(TGT_VOCAB, 2, 5, seed=2)
    src_mask = torch.tensor([[[True] * 4 + [False] * 3], [[True] * 7]]) if masked else None
    tgt_mask = torch.tensor([[[True] * 5], [[True] * 3 + [False] * 2]]) if masked else None
    memory, hidden = torchs(ours, src, tgt, src_mask, tgt_mask)
    near = {"rtol": 1e-5, "atol": 1e-5}  # the positions are numbers of float32
    torch.testing.assert_close(ours.encode(src, src_mask), memory, **near)
    torch.testing.assert_close(ours.decode(tgt, memory, src_mask, tgt_mask), hidden, **near)
    logits = hidden @ ours.out_proj.weight.T + ours.out_proj.bias
    torch.testing.assert_close(ours(src, tgt, src_mask, tgt_mask), logits, **near)


def test_later_tokens_change_nothing(ours):
    src, tgt = ids(SRC_VOCAB, 1, 6, seed=3), ids(TGT_VOCAB, 1, 8, seed=4)
    other = torch.cat([tgt[:, :5], (tgt[:, 5:] + 1) % TGT_VOCAB], dim=1)
    torch.testing.assert_close(ours(src, tgt)[:, :5], ours(src, other)[:, :5])
    torch.testing.assert_close(ours(src, tgt)[:, :5], ours(src, tgt[:, :5]))


def test_number_of_parameters():
    """Of the paper's base model, with vocabularies of their own: counted by its sizes."""
    model = Transformer(1000, 900, num_layers=1)
    attention, network, norm = 4 * (512 * 512 + 512), 2 * 512 * 2048 + 2048 + 512, 2 * 512
    layers = (attention + network + 2 * norm) + (2 * attention + network + 3 * norm)
    expected = (1000 + 900) * 512 + 900 * 512 + 900 + layers
    assert sum(parameter.numel() for parameter in model.parameters()) == expected
    assert len(model.state_dict()) == len(list(model.parameters()))


def test_length():
    model = Transformer(5, 5, 4, 2, 0, 8, max_len=6).eval()
    assert model.encode(torch.zeros(1, 6, dtype=torch.int64)).shape == (1, 6, 4)
    with pytest.raises(ValueError, match="max_len"):
        model.encode(torch.zeros(1, 7, dtype=torch.int64))
