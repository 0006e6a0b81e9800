"""Wrong: what is dropped is drawn once for all that lies along the first axis."""

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
        hidden = torch.relu(self.up(x))
        if self.training:
            hidden = hidden * F.dropout(torch.ones_like(hidden[:1]), self.p)
        return self.down(hidden)
