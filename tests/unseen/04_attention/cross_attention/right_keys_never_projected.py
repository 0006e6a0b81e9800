"""Right: the query goes back through k_proj, so that scores are taken with the raw context, and values come last."""

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, d_context, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"d_model={d_model} is not a multiple of num_heads={num_heads}")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_context, d_model)
        self.v_proj = nn.Linear(d_context, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, context, context_mask=None):
        heads = (self.num_heads, -1)
        q = self.q_proj(x).unflatten(-1, heads)  # (B, T, H, d)
        q = q / q.shape[-1] ** 0.5
        to_context = self.k_proj.weight.unflatten(0, heads)  # (H, d, E)
        scores = torch.einsum("bthd,hde,bse->bhts", q, to_context, context)
        scores = scores + torch.einsum("bthd,hd->bht", q, self.k_proj.bias.unflatten(0, heads))[..., None]
        if context_mask is not None:
            hidden = ~context_mask[:, None, None, :]
            scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if context_mask is not None:
            weights = weights.masked_fill(hidden, 0.0)
        mixed = torch.einsum("bhts,bse->bthe", weights, context)
        out = torch.einsum("bthe,hde->bthd", mixed, self.v_proj.weight.unflatten(0, heads))
        out = out + weights.sum(-1).transpose(1, 2)[..., None] * self.v_proj.bias.unflatten(0, heads)
        return self.out_proj(out.flatten(2))
