"""Wrong: as in the first paper on dropout, nothing is divided in training, and in evaluation all is made smaller."""

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
        if self.training:
            kept = torch.rand_like(hidden) >= self.p
            hidden = hidden * kept
        else:
            hidden = hidden * (1 - self.p)
        return self.down(hidden)
