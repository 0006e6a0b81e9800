"""Right: torch's weights come through a renamed state, and each row of the softmax has one more key that counts for nothing."""

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

    def load_torch(self, layer):
        state = {}
        for name, tensor in layer.state_dict().items():
            name = name.replace("multihead_attn", "cross_attn")
            name = name.replace("linear1", "feed_forward.up").replace("linear2", "feed_forward.down")
            if "in_proj_" in name:
                for letter, own in zip("qkv", tensor.split(tensor.shape[0] // 3), strict=True):
                    state[name.replace("in_proj_", f"{letter}_proj.")] = own
            else:
                state[name] = tensor
        self.load_state_dict(state)
