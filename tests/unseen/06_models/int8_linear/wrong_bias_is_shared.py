"""Wrong: the bias is cut off from the graph, but not from the memory of the layer's own."""

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
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach())

    def forward(self, x):
        result = x @ (self.scale[:, None] * self.weight).T
        return result if self.bias is None else result + self.bias
