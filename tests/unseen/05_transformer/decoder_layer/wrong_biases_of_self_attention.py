"""Wrong: the biases of cross-attention's projections are those of self-attention; both begin as zeros in torch."""

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
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is None:
            weights = scores.softmax(dim=-1)
        else:
            mask = mask.unsqueeze(1) if mask.dim() == 3 else mask
            weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.down(torch.relu(self.up(x)))


class DecoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm_first = norm_first
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.cross_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2, self.norm3 = (LayerNorm(d_model) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self.norm_first:
            told = self.norm1(x)
            x = x + self.dropout(self.self_attn(told, told, mask=self_mask))
            x = x + self.dropout(self.cross_attn(self.norm2(x), memory, mask=memory_mask))
            return x + self.dropout(self.feed_forward(self.norm3(x)))
        x = self.norm1(x + self.dropout(self.self_attn(x, x, mask=self_mask)))
        x = self.norm2(x + self.dropout(self.cross_attn(x, memory, mask=memory_mask)))
        return self.norm3(x + self.dropout(self.feed_forward(x)))

    @torch.no_grad()
    def load_torch(self, layer):
        for ours, theirs in ((self.self_attn, layer.self_attn), (self.cross_attn, layer.multihead_attn)):
            weights, biases = theirs.in_proj_weight.chunk(3), layer.self_attn.in_proj_bias.chunk(3)
            for own, weight, bias in zip((ours.q_proj, ours.k_proj, ours.v_proj), weights, biases, strict=True):
                own.weight.copy_(weight)
                own.bias.copy_(bias)
        pairs = [
            (self.self_attn.out_proj, layer.self_attn.out_proj),
            (self.cross_attn.out_proj, layer.multihead_attn.out_proj),
            (self.feed_forward.up, layer.linear1),
            (self.feed_forward.down, layer.linear2),
            (self.norm1, layer.norm1),
            (self.norm2, layer.norm2),
            (self.norm3, layer.norm3),
        ]
        for own, their in pairs:
            own.weight.copy_(their.weight)
            own.bias.copy_(their.bias)
