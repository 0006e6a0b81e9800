"""An operation of its own, which keeps the mask for the way back."""

import torch
from torch import nn
from torch.autograd import Function


class _Drop(Function):
    @staticmethod
    def forward(ctx, x, p):
        dropped = torch.rand(x.shape, dtype=torch.double, device=x.device).lt(p)
        ctx.save_for_backward(dropped)
        ctx.p = p
        return x.div(1 - p).masked_fill(dropped, 0)

    @staticmethod
    def backward(ctx, gradient):
        (dropped,) = ctx.saved_tensors
        return gradient.div(1 - ctx.p).masked_fill(dropped, 0), None


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p must be from 0 to 1")
        self.p = float(p)

    def forward(self, x):
        return _Drop.apply(x, self.p) if self.training else x
