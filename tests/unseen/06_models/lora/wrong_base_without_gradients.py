"""Wrong: the frozen layer runs without gradients, so what x gets through it is lost, too."""

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
        nn.init.kaiming_uniform_(self.lora_A, a=5**0.5)
        self.scale = alpha / rank

    def forward(self, x):
        with torch.no_grad():
            result = self.base(x)
        return result + self.scale * (x @ self.lora_A.T @ self.lora_B.T)

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
