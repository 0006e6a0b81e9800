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

    def forward(self, x, mask=None):
        wide = x.double()
        d = x.shape[-1] // self.num_heads
        q, k, v = (
            wide @ layer.weight.double().T + layer.bias.double() for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        result = self.out_proj.bias.double().expand_as(wide)
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
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm_first = norm_first
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2 = LayerNorm(d_model), LayerNorm(d_model)
        self.p = dropout

    def dropped(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return 0 * x
        return x * (torch.rand(x.shape, device=x.device) >= self.p) / (1 - self.p)

    def forward(self, x, mask=None):
        first, second = (self.norm1, nn.Identity()) if self.norm_first else (nn.Identity(), self.norm1)
        h = second(x + self.dropped(self.self_attn(first(x), mask)))
        first, second = (self.norm2, nn.Identity()) if self.norm_first else (nn.Identity(), self.norm2)
        return second(h + self.dropped(self.feed_forward(first(h))))

    @torch.no_grad()
    def load_torch(self, layer):
        ours, theirs = self.self_attn, layer.self_attn
        parts = (ours.q_proj, ours.k_proj, ours.v_proj)
        for own, weight, bias in zip(parts, theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3), strict=True):
            own.weight.copy_(weight)
            own.bias.copy_(bias)
        pairs = [(ours.out_proj, theirs.out_proj), (self.norm1, layer.norm1), (self.norm2, layer.norm2)]
        pairs += [(self.feed_forward.up, layer.linear1), (self.feed_forward.down, layer.linear2)]
        for own, their in pairs:
            own.weight.copy_(their.weight)
            own.bias.copy_(their.bias)
