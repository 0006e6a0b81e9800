"""Right: one head after the other in float64, each with its own share of the result; no dropout layer."""

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


class DecoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm_first = norm_first
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.cross_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2, self.norm3 = (LayerNorm(d_model) for _ in range(3))
        self.p = dropout

    def dropped(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return 0 * x
        return x * (torch.rand(x.shape, device=x.device) >= self.p) / (1 - self.p)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        parts = (
            (self.norm1, lambda h: self.self_attn(h, h, self_mask)),
            (self.norm2, lambda h: self.cross_attn(h, memory, memory_mask)),
            (self.norm3, self.feed_forward),
        )
        for norm, part in parts:
            x = x + self.dropped(part(norm(x))) if self.norm_first else norm(x + self.dropped(part(x)))
        return x

    @torch.no_grad()
    def load_torch(self, layer):
        for ours, theirs in ((self.self_attn, layer.self_attn), (self.cross_attn, layer.multihead_attn)):
            weights, biases = theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3)
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
