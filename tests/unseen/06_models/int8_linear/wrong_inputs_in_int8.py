"""Wrong: x is rounded to whole numbers as well, as in the paper, where the statement keeps it."""

import torch
from torch import nn


def quantize(weight):
    weight = weight.detach()
    largest = weight.abs().amax(dim=1)
    scale = torch.where(largest == 0, torch.ones_like(largest), largest / 127)
    return torch.round(weight / scale[:, None]).to(torch.int8), scale


class Int8Linear(nn.Module):
    def __init__(self, linear):
        super().__init__()
        weight, scale = quantize(linear.weight)
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().clone())

    def forward(self, x):
        scale = x.detach().abs().amax(dim=-1, keepdim=True).clamp(min=1e-30) / 127
        rounded = x + (torch.round(x / scale) * scale - x).detach()
        result = rounded @ (self.scale[:, None] * self.weight).T
        return result if self.bias is None else result + self.bias
