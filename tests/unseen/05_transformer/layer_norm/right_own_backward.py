"""Right: forward and backward are written by hand, in float64."""

import torch
from torch import nn


class Normalize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps):
        wide = x.double()
        centred = wide - wide.mean(dim=-1, keepdim=True)
        scale = (centred.square().mean(dim=-1, keepdim=True) + eps) ** -0.5
        ctx.save_for_backward(centred * scale, scale)
        return (centred * scale).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        y, scale = ctx.saved_tensors
        wide = grad.double()
        along = (wide * y).mean(dim=-1, keepdim=True)
        found = scale * (wide - wide.mean(dim=-1, keepdim=True) - y * along)
        return found.to(grad.dtype), None


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        return Normalize.apply(x, self.eps) * self.weight + self.bias
