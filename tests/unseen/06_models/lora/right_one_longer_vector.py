"""Right: what A makes of x is put behind x, and one product with W and B side by side does the rest."""

import copy

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
        self.scale = alpha / rank

    def forward(self, x):
        longer = torch.cat([x, x @ self.lora_A.mT], dim=-1)
        return F.linear(longer, torch.hstack([self.base.weight, self.scale * self.lora_B]), self.base.bias)

    def merge(self):
        merged = copy.deepcopy(self.base)
        merged.weight.data.addmm_(self.lora_B.detach(), self.lora_A.detach(), alpha=self.scale)
        return merged
