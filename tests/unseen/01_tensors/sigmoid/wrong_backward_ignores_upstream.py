"""A backward of its own that returns s (1 - s) and forgets to multiply by the gradient that comes from above."""

import torch
from torch import Tensor


class Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        small = torch.exp(-x.abs())
        s = torch.where(x >= 0, 1 / (1 + small), small / (1 + small))
        ctx.save_for_backward(s)
        return s

    @staticmethod
    def backward(ctx, grad_output):
        (s,) = ctx.saved_tensors
        return s * (1 - s)


def sigmoid(x: Tensor) -> Tensor:
    return Sigmoid.apply(x)
