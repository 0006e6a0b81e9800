"""Writes down the gradient of the normalization itself, instead of leaving it to autograd."""

import torch
from torch import nn


class _Normalize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps):
        ctx.axes = [axis for axis in range(x.dim()) if axis != 1]
        centred = x - x.mean(ctx.axes, keepdim=True)
        root = (centred.square().mean(ctx.axes, keepdim=True) + eps).sqrt()
        y = centred / root
        ctx.save_for_backward(y, root)
        return y

    @staticmethod
    def backward(ctx, g):
        y, root = ctx.saved_tensors
        common = g.mean(ctx.axes, keepdim=True) + y * (g * y).mean(ctx.axes, keepdim=True)
        return (g - common) / root, None


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        shape = (1, -1) + (1,) * (x.dim() - 2)
        wide = x.to(torch.float64)
        if self.training:
            if x.numel() // x.shape[1] < 2:
                raise ValueError("at least two numbers for each channel, please")
            self._follow(wide.detach().movedim(1, -1).flatten(0, -2))
            normal = _Normalize.apply(wide, self.eps)
        else:
            spread = (self.running_var.double() + self.eps).sqrt()
            normal = (wide - self.running_mean.double().view(shape)) / spread.view(shape)
        return (normal * self.weight.view(shape) + self.bias.view(shape)).to(x.dtype)

    def _follow(self, numbers):
        variance, mean = torch.var_mean(numbers, dim=0, correction=1)
        for running, new in ((self.running_mean, mean), (self.running_var, variance)):
            running.copy_(running.double() * (1 - self.momentum) + new * self.momentum)
