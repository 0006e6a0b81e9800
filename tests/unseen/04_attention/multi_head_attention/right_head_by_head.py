"""Right: every head with its own slices of the four weights, and the outputs of the heads added up."""

import torch
import torch.nn.functional as F
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, bias=True):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{num_heads} heads cannot share {d_model} features evenly")
        self.num_heads = num_heads
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=bias))

    @staticmethod
    def part(layer, x, features):
        return F.linear(x, layer.weight[features], None if layer.bias is None else layer.bias[features])

    def forward(self, query, key=None, value=None, mask=None):
        key = query if key is None else key
        value = key if value is None else value
        d = query.shape[-1] // self.num_heads
        if mask is not None and mask.ndim == 4:
            mask = mask[:, 0]
        result = torch.zeros_like(query)
        for i in range(self.num_heads):
            features = slice(i * d, (i + 1) * d)
            q, k = self.part(self.q_proj, query, features), self.part(self.k_proj, key, features)
            v = self.part(self.v_proj, value, features)
            scores = q @ k.mT * d**-0.5
            if mask is not None:
                scores = scores.where(mask, torch.finfo(scores.dtype).min)
            weights = scores.softmax(-1)
            if mask is not None:
                weights = weights.where(mask, 0)
            result = result + F.linear(weights @ v, self.out_proj.weight[:, features])
        return result if self.out_proj.bias is None else result + self.out_proj.bias
