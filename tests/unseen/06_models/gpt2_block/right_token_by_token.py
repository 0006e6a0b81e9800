"""Right: token after token, each with the keys and values so far; gelu is written with a sigmoid."""

import math

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
        return torch.addcmul(self.bias, (x - mean) / (variance + 1e-5).sqrt(), self.weight)


class GPT2Block(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{d_model} features cannot be divided among {num_heads} heads")
        self.num_heads = num_heads
        self.ln_1 = LayerNorm(d_model)
        self.qkv_proj = nn.Linear(d_model, 3 * d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        self.ln_2 = LayerNorm(d_model)
        self.up = nn.Linear(d_model, 4 * d_model)
        self.down = nn.Linear(4 * d_model, d_model)

    def forward(self, x):
        D = x.shape[-1]
        queries, keys, values = self.qkv_proj(self.ln_1(x)).chunk(3, dim=-1)
        found = []
        for t in range(x.shape[1]):
            q = queries[:, t].unflatten(-1, (self.num_heads, -1))
            k, v = (past[:, : t + 1].unflatten(-1, (self.num_heads, -1)) for past in (keys, values))
            weights = torch.einsum("bhd,bshd->bhs", q, k).div((D / self.num_heads) ** 0.5).softmax(dim=-1)
            found.append(torch.einsum("bhs,bshd->bhd", weights, v).flatten(1))
        x = x + self.out_proj(torch.stack(found, dim=1))
        hidden = self.up(self.ln_2(x))
        slope = math.sqrt(8 / math.pi) * (hidden + 0.044715 * hidden**3)
        return x + self.down(hidden * torch.sigmoid(slope))
