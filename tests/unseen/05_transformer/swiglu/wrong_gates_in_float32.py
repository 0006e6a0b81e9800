"""Wrong: the gates are worked out in float32, whatever comes in: good for bfloat16, but it rounds float64."""

import torch.nn.functional as F
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.gate = nn.Linear(d_model, d_ff, bias=False)
        self.up = nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gates = F.silu(self.gate(x).float()).to(x.dtype)
        return self.down(gates * self.up(x))
