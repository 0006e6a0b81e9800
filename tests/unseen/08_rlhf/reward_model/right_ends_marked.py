"""Right: a place is the last if it is real and no later one is; marks pick the hidden states, one for each row."""

import torch
from torch import nn


class RewardModel(nn.Module):
    def __init__(self, backbone, d_model):
        super().__init__()
        self.backbone = backbone
        self.score = nn.Linear(d_model, 1, bias=False)

    def forward(self, input_ids, attention_mask):
        hidden = self.backbone(input_ids, attention_mask)
        real = attention_mask.bool()
        later = torch.cat([real[:, 1:], torch.zeros_like(real[:, :1])], dim=1)
        return torch.einsum("bd,d->b", hidden[real & ~later], self.score.weight[0])
