"""Right: the sigmoid is e to a logarithm that cannot overflow; one neuron after the other adds its share."""

import torch
import torch.nn.functional as F
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.gate = nn.Linear(d_model, d_ff, bias=False)
        self.up = nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        result = torch.zeros_like(x, dtype=torch.float64)
        rows = zip(self.gate.weight.double(), self.up.weight.double(), self.down.weight.double().T, strict=True)
        for gate, up, down in rows:
            z, proposed = (x.double() * gate).sum(-1), (x.double() * up).sum(-1)
            share = z * F.logsigmoid(z).exp() * proposed
            result = result + share.unsqueeze(-1) * down
        return result.to(x.dtype)
