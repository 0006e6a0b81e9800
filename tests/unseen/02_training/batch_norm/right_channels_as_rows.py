"""Lays the channels out as rows of one long matrix, in float64, and folds it back at the end."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)))
        self.register_parameter("weight", nn.Parameter(torch.ones(num_features)))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))

    def _remember(self, buffer, new):
        buffer.copy_((1 - self.momentum) * buffer.double() + self.momentum * new.detach().squeeze(1))

    def forward(self, x):
        swapped = x.transpose(0, 1)
        rows = swapped.flatten(1).double()
        n = rows.shape[1]
        if self.training:
            if n < 2:
                raise ValueError("one number has no spread")
            middle = rows.mean(1, keepdim=True)
            rows = rows - middle
            squares = torch.einsum("cn,cn->c", rows, rows).unsqueeze(1)
            variance = squares / n
            self._remember(self.running_mean, middle)
            self._remember(self.running_var, squares / (n - 1))
        else:
            rows = rows - self.running_mean.double().unsqueeze(1)
            variance = self.running_var.double().unsqueeze(1)
        rows = rows * torch.rsqrt(variance + self.eps)
        rows = torch.addcmul(self.bias.double().unsqueeze(1), self.weight.double().unsqueeze(1), rows)
        return rows.to(x.dtype).view(swapped.shape).transpose(0, 1)
