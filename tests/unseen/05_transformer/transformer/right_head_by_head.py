"""Right: one head after the other in float64; positions are rotations of the one before."""

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

    def forward(self, x, y, mask=None):
        asked, told = x.double(), y.double()
        d = x.shape[-1] // self.num_heads
        q = asked @ self.q_proj.weight.double().T + self.q_proj.bias.double()
        k, v = (told @ layer.weight.double().T + layer.bias.double() for layer in (self.k_proj, self.v_proj))
        result = self.out_proj.bias.double().expand_as(asked)
        for own in (slice(i * d, (i + 1) * d) for i in range(self.num_heads)):
            scores = torch.einsum("btd,bsd->bts", q[..., own], k[..., own]) * d**-0.5
            if mask is not None:
                seen = mask[:, 0] if mask.dim() == 4 else mask
                scores = torch.where(seen, scores, -1e300)
            weights = torch.softmax(scores, dim=-1)
            if mask is not None:
                weights = torch.where(seen, weights, 0)
            result = result + weights @ v[..., own] @ self.out_proj.weight[:, own].double().T
        return result.to(x.dtype)


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
    speeds = 10000 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    waves = torch.polar(torch.ones(length, d_model // 2, dtype=torch.float64), torch.arange(length)[:, None] * speeds)
    return torch.view_as_real(waves).flip(-1).flatten(1)


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

    def embed(self, table, ids):
        T, D = ids.shape[1], table.embedding_dim
        if T > self.max_len:
            raise ValueError(f"{T} tokens are more than {self.max_len}")
        positions = sinusoidal_encoding(T, D).to(table.weight)
        return self.dropout(math.sqrt(D) * table(ids) + positions)

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
