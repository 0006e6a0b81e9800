"""Right: a sum over the ranks, each an outer product, in float64; A begins at normally distributed numbers."""

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        if rank < 1:
            raise ValueError(f"a rank of {rank} is below 1")
        self.base = base.requires_grad_(False)
        out, inputs = base.weight.shape
        self.lora_A = nn.Parameter(base.weight.new_empty(rank, inputs))
        self.lora_B = nn.Parameter(base.weight.new_zeros(out, rank))
        nn.init.normal_(self.lora_A, std=inputs**-0.5)
        self.scale = alpha / rank

    def forward(self, x):
        wide = x.double()
        result = wide @ self.base.weight.double().T
        for a, b in zip(self.lora_A.double(), self.lora_B.double().T, strict=True):
            result = result + self.scale * (wide * a).sum(dim=-1, keepdim=True) * b
        if self.base.bias is not None:
            result = result + self.base.bias.double()
        return result.to(x.dtype)

    def merge(self):
        weight = self.base.weight.double()
        for a, b in zip(self.lora_A, self.lora_B.T, strict=True):
            weight = weight + self.scale * torch.outer(b.double(), a.double())
        merged = nn.Linear(*reversed(weight.shape), bias=self.base.bias is not None).to(self.base.weight)
        merged.weight = nn.Parameter(weight.detach().to(self.base.weight.dtype))
        if self.base.bias is not None:
            merged.bias = nn.Parameter(self.base.bias.clone())
        return merged
