"""The reference of kv_cache against torch's nn.MultiheadAttention on the whole sequence."""

import itertools

import pytest
import torch
from torch import nn

from tests.conftest import reference

CachedAttention = reference(__file__).CachedAttention


@pytest.fixture
def attention():
    torch.manual_seed(0)
    return CachedAttention(6, 2).double()


def whole(attention, x):
    torchs = nn.MultiheadAttention(6, 2, bias=False, batch_first=True, dtype=torch.float64)
    layers = (attention.q_proj, attention.k_proj, attention.v_proj)
    with torch.no_grad():
        torchs.in_proj_weight.copy_(torch.cat([layer.weight for layer in layers]))
        torchs.out_proj.weight.copy_(attention.out_proj.weight)
    later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
    return torchs(x, x, x, attn_mask=later, need_weights=False)[0]


def ways_to_cut(n):
    for ends in itertools.product([False, True], repeat=n - 1):
        cuts = [0, *(place for place, end in enumerate(ends, 1) if end), n]
        yield [b - a for a, b in itertools.pairwise(cuts)]


def test_every_way_to_cut(attention):
    x = torch.randn(2, 6, 6, dtype=torch.float64)
    expected = whole(attention, x)
    for pieces in ways_to_cut(6):
        outputs, cache = [], None
        for piece in x.split(pieces, dim=1):
            out, cache = attention(piece, cache)
            outputs.append(out)
        torch.testing.assert_close(torch.cat(outputs, dim=1), expected)
        keys, values = (layer(x).view(2, 6, 2, 3).transpose(1, 2) for layer in (attention.k_proj, attention.v_proj))
        torch.testing.assert_close(cache, (keys, values))


def test_the_cache_is_left_as_it_is(attention):
    x = torch.randn(1, 5, 6, dtype=torch.float64)
    _, cache = attention(x[:, :3])
    before = tuple(part.clone() for part in cache)
    first, _ = attention(x[:, 3:], cache)
    attention(x[:, :2], cache)
    torch.testing.assert_close(cache, before, rtol=0, atol=0)
    torch.testing.assert_close(attention(x[:, 3:], cache)[0], first, rtol=0, atol=0)


def test_uneven_heads():
    with pytest.raises(ValueError, match="4 heads"):
        CachedAttention(6, 4)
