"""Counts the samples of the batch only: one sequence is refused, however many positions it has."""

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
        if self.training and x.shape[0] < 2:
            raise ValueError("a batch of one has no spread")
        y = x.unsqueeze(-1) if x.dim() == 2 else x
        if self.training:
            mean = y.mean((0, 2))
            centred = y - mean[:, None]
            var = (centred**2).mean((0, 2))
            n = y.shape[0] * y.shape[2]
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (n / (n - 1) * var - self.running_var)
        else:
            centred = y - self.running_mean[:, None]
            var = self.running_var
        y = centred / (var + self.eps).sqrt()[:, None] * self.weight[:, None] + self.bias[:, None]
        return y.reshape(x.shape)
