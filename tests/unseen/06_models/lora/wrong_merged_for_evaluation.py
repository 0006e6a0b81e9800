"""Wrong: as in the paper's own code, the change is added to the base's weight in evaluation, and taken away in training."""

import copy

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
        self.merged = False

    def train(self, mode=True):
        super().train(mode)
        if self.merged == mode:
            change = self.scale * (self.lora_B @ self.lora_A).detach()
            self.base.weight.data += -change if mode else change
            self.merged = not mode
        return self

    def forward(self, x):
        result = self.base(x)
        if not self.merged:
            result = result + self.scale * (x @ self.lora_A.T @ self.lora_B.T)
        return result

    @torch.no_grad()
    def merge(self):
        merged = copy.deepcopy(self.base)
        if not self.merged:
            merged.weight += self.scale * (self.lora_B @ self.lora_A)
        return merged
