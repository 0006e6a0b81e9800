"""Wrong: what is kept is multiplied by numbers in float32, which half precision does not get through `down` with."""

import torch
import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.p = dropout

    def forward(self, x):
        hidden = F.relu(self.up(x))
        if self.training and self.p > 0:
            kept = (torch.rand(hidden.shape, device=x.device) >= self.p).float()
            hidden = hidden * (kept / (1 - self.p) if self.p < 1 else kept)
        return self.down(hidden)
