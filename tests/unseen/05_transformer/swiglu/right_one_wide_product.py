"""Right: gate and up are one matrix, the sigmoid is a tanh, and the products are einsums."""

import torch
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.gate = nn.Linear(d_model, d_ff, bias=False)
        self.up = nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        both = torch.stack([self.gate.weight, self.up.weight])
        z, proposed = torch.einsum("...d,kfd->k...f", x, both)
        return torch.einsum("...f,df->...d", z * (1 + torch.tanh(z / 2)) * proposed / 2, self.down.weight)
