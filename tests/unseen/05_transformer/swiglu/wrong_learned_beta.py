"""Wrong: Swish has a factor of its own in front of its argument, 1 at first, which is learned as in another paper."""

import torch
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.gate = nn.Linear(d_model, d_ff, bias=False)
        self.up = nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)
        self.beta = nn.Parameter(torch.ones(()))

    def forward(self, x):
        gates = self.gate(x)
        return self.down(gates * torch.sigmoid(self.beta * gates) * self.up(x))
