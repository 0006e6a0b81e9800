"""Wrong: a dropout of 1 is refused, since what is kept could not be divided."""

import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0):
        super().__init__()
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout is at least 0 and less than 1, and not {dropout}")
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.p = dropout

    def forward(self, x):
        return self.down(F.dropout(F.relu(self.up(x)), self.p, training=self.training))
