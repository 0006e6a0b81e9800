"""Wrong: the scale is a buffer in float32, not in the state, but rounded."""

import torch
import torch.nn.functional as F
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
        nn.init.kaiming_uniform_(self.lora_A, a=5**0.5)
        self.register_buffer("scale", torch.tensor(alpha / rank), persistent=False)

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.lora_A), self.lora_B) * self.scale

    @torch.no_grad()
    def merge(self):
        out, inputs = self.base.weight.shape
        bias = self.base.bias
        merged = nn.Linear(
            inputs, out, bias=bias is not None, dtype=self.base.weight.dtype, device=self.base.weight.device
        )
        merged.weight.copy_(self.base.weight + self.scale * (self.lora_B @ self.lora_A))
        if bias is not None:
            merged.bias.copy_(bias)
        return merged
