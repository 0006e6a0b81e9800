"""Wrong: gates are kept from overflowing at 88, which is float32's limit; in half precision the gradient is NaN."""

import torch
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.gate = nn.Linear(d_model, d_ff, bias=False)
        self.up = nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        z = self.gate(x)
        sigma = 1 / (1 + torch.exp(-z.clamp(-88, 88)))
        return self.down(z * sigma * self.up(x))
