"""Wrong: dropout works in place on what the ReLU has kept for its gradient, so there is no way back in training."""

from torch import nn


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(dropout, inplace=True)

    def forward(self, x):
        return self.down(self.dropout(self.relu(self.up(x))))
