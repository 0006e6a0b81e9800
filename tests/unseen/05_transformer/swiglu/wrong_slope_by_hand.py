"""Wrong: the slope of SiLU is written by hand, and a sigmoid is missing from one of its terms."""

import torch
from torch import nn


class SiLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return z * torch.sigmoid(z)

    @staticmethod
    def backward(ctx, grad):
        (z,) = ctx.saved_tensors
        sigma = torch.sigmoid(z)
        return grad * (sigma + z * (1 - sigma))


class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.gate = nn.Linear(d_model, d_ff, bias=False)
        self.up = nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.down(SiLU.apply(self.gate(x)) * self.up(x))
