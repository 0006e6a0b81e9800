"""Clears the row's gradient in a hook of the parameter, which a copy of the module does not have."""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num, dim, padding_idx=None):
        super().__init__()
        if padding_idx is not None and not -num <= padding_idx < num:
            raise ValueError("padding_idx has to be within the table")
        self.weight = nn.Parameter(torch.randn(num, dim))
        if padding_idx is not None:
            row = padding_idx + num if padding_idx < 0 else padding_idx
            with torch.no_grad():
                self.weight[row] = 0

            def clear(grad):
                grad = grad.clone()
                grad[row] = 0
                return grad

            self.weight.register_hook(clear)

    def forward(self, ids):
        return self.weight[ids]
