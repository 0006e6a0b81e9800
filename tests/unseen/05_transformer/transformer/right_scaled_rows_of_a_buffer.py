"""Right: positions are rows of a buffer that is not kept, in float64; lengths are refused at the methods' beginning."""

import math

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return centred / torch.sqrt(variance + self.eps) * self.weight + self.bias


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def heads(self, x):
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def forward(self, query, key, mask=None):
        q, k, v = self.heads(self.q_proj(query)), self.heads(self.k_proj(key)), self.heads(self.v_proj(key))
        scores = torch.einsum("bhtd,bhsd->bhts", q * q.shape[-1] ** -0.5, k)
        if mask is None:
            return self.out_proj((scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(2))
        mask = mask.expand(scores.shape) if mask.dim() != 3 else mask[:, None].expand(scores.shape)
        nothing_seen = ~mask.any(dim=-1, keepdim=True)
        hidden = torch.cat([~mask, ~nothing_seen], dim=-1)
        longer = torch.cat([scores, torch.zeros_like(scores[..., :1])], dim=-1).masked_fill(hidden, -math.inf)
        weights = longer.softmax(dim=-1)[..., :-1]
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.down(torch.relu(self.up(x)))


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout):
        super().__init__()
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2 = LayerNorm(d_model), LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        x = self.norm1(x + self.dropout(self.self_attn(x, x, mask)))
        return self.norm2(x + self.dropout(self.feed_forward(x)))


class DecoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout):
        super().__init__()
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.cross_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2, self.norm3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.norm1(x + self.dropout(self.self_attn(x, x, self_mask)))
        x = self.norm2(x + self.dropout(self.cross_attn(x, memory, memory_mask)))
        return self.norm3(x + self.dropout(self.feed_forward(x)))


def sinusoidal_encoding(length, d_model):
    positions = torch.arange(length, dtype=torch.float64)[:, None]
    angles = positions / 10000 ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


class Transformer(nn.Module):
    def __init__(
        self, src_vocab, tgt_vocab, d_model=512, num_heads=8, num_layers=6, d_ff=2048, dropout=0.1, max_len=512
    ):
        super().__init__()
        self.max_len = max_len
        self.src_embedding = nn.Embedding(src_vocab, d_model)
        self.tgt_embedding = nn.Embedding(tgt_vocab, d_model)
        sizes = d_model, num_heads, d_ff, dropout
        self.encoder_layers = nn.ModuleList(EncoderLayer(*sizes) for _ in range(num_layers))
        self.decoder_layers = nn.ModuleList(DecoderLayer(*sizes) for _ in range(num_layers))
        self.out_proj = nn.Linear(d_model, tgt_vocab)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model), persistent=False)

    def embed(self, table, ids):
        """The scaled rows of the table, and those of the positions."""
        if ids.shape[-1] > len(self.positions):
            raise ValueError(f"at most {len(self.positions)} tokens")
        rows = torch.nn.functional.embedding(ids, table.weight * table.embedding_dim**0.5)
        return self.dropout(rows.add(self.positions[: ids.shape[-1]].to(rows.dtype)))

    def encode(self, src, src_mask=None):
        x = self.embed(self.src_embedding, src)
        for layer in self.encoder_layers:
            x = layer(x, src_mask)
        return x

    def decode(self, tgt, memory, src_mask=None, tgt_mask=None):
        x = self.embed(self.tgt_embedding, tgt)
        T = tgt.shape[1]
        seen = torch.ones(T, T, dtype=torch.bool, device=tgt.device).tril()
        if tgt_mask is not None:
            seen = seen & tgt_mask
        for layer in self.decoder_layers:
            x = layer(x, memory, seen, src_mask)
        return x

    def forward(self, src, tgt, src_mask=None, tgt_mask=None):
        return self.out_proj(self.decode(tgt, self.encode(src, src_mask), src_mask, tgt_mask))
