"""Right: sequence by sequence, with the real tokens of its context picked out before they are projected."""

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, d_context, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("d_model must be divisible by num_heads")
        self.num_heads = num_heads
        self.q_proj, self.out_proj = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.k_proj, self.v_proj = nn.Linear(d_context, d_model), nn.Linear(d_context, d_model)

    def one(self, x, context):
        q, k, v = (
            layer(tokens).unflatten(-1, (self.num_heads, -1)).movedim(1, 0)
            for layer, tokens in ((self.q_proj, x), (self.k_proj, context), (self.v_proj, context))
        )
        weights = torch.softmax(q @ k.mT / q.shape[-1] ** 0.5, dim=-1)
        return (weights @ v).movedim(0, 1).flatten(1)

    def forward(self, x, context, context_mask=None):
        if context_mask is not None:
            context = [tokens[real] for tokens, real in zip(context, context_mask, strict=True)]
        return self.out_proj(torch.stack([self.one(*pair) for pair in zip(x, context, strict=True)]))
