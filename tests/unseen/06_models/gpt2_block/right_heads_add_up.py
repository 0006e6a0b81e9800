"""Right: each head has its own slices of the weights and adds its own share; all is worked out in float64."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return centred * torch.rsqrt(variance + 1e-5) * self.weight + self.bias


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
        stream, D = x.double(), x.shape[-1]
        d = D // self.num_heads
        told = self.ln_1(stream)
        later = torch.ones(x.shape[1], x.shape[1], device=x.device).triu(1).bool()
        parts = self.qkv_proj.weight.double().split(D), self.qkv_proj.bias.double().split(D)
        mixed = self.out_proj.weight.double()
        sum_of_heads = self.out_proj.bias.double()
        for own in (slice(i * d, (i + 1) * d) for i in range(self.num_heads)):
            q, k, v = (told @ weight[own].T + bias[own] for weight, bias in zip(*parts, strict=True))
            powers = torch.bmm(q, k.mT).mul(d**-0.5).masked_fill(later, -math.inf)
            weights = torch.exp(powers - powers.logsumexp(dim=-1, keepdim=True))
            sum_of_heads = sum_of_heads + weights @ v @ mixed[:, own].T
        stream = stream + sum_of_heads
        hidden = self.ln_2(stream) @ self.up.weight.double().T + self.up.bias.double()
        hidden = F.gelu(hidden, approximate="tanh")
        return (stream + hidden @ self.down.weight.double().T + self.down.bias.double()).to(x.dtype)
