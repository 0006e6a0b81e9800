"""Forgets to detach: the running estimates keep the graphs of all batches that they have seen."""

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
        dims = [d for d in range(x.dim()) if d != 1]
        if self.training:
            n = x.numel() / x.shape[1]
            if n < 2:
                raise ValueError("n must be 2 or more")
            mean = x.mean(dims)
            var = x.var(dims, unbiased=False)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * (n / (n - 1))
        else:
            mean = self.running_mean
            var = self.running_var
        x = x.movedim(1, -1)
        y = (x - mean) / (var + self.eps).sqrt() * self.weight + self.bias
        return y.movedim(-1, 1)
