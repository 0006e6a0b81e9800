"""One autograd function for both, with forward and backward written by hand."""

import torch
from torch import Tensor


class Kinked(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, below, slope):
        ctx.save_for_backward(x)
        ctx.slope = slope
        return torch.where(x <= 0, below, x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return torch.where(x <= 0, grad_output * ctx.slope, grad_output), None, None


def relu(x: Tensor) -> Tensor:
    return Kinked.apply(x, torch.zeros_like(x), 0.0)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    return Kinked.apply(x, x.detach() * negative_slope, negative_slope)
