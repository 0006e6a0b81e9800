"""Changes the numbers behind autograd's back: the gradient is 1 for each element, dropped or kept."""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        out = x.clone()
        dropped = torch.rand(x.shape, device=x.device) < self.p
        out.data.div_(1 - self.p)
        out.data.masked_fill_(dropped, 0)
        return out
