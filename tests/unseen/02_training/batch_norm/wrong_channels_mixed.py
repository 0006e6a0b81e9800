"""Flattens sequences by a bare `reshape` to C columns, where the numbers of different channels get into one."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        flat = x.reshape(-1, self.weight.shape[0])
        if self.training:
            n = flat.shape[0]
            if n < 2:
                raise ValueError("need at least two values per channel")
            mean = flat.mean(dim=0)
            var = flat.var(dim=0, unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * n / (n - 1), self.momentum)
        else:
            mean, var = self.running_mean, self.running_var
        y = (flat - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
        return y.reshape(x.shape)
