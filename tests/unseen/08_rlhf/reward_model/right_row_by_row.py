"""Right: each row by itself: it drops its padding, takes the vector at the end and multiplies it with the head's weights."""

import torch
from torch import nn


class RewardModel(nn.Module):
    def __init__(self, backbone, d_model):
        super().__init__()
        self.add_module("backbone", backbone)
        self.add_module("score", nn.Linear(d_model, 1, bias=False))

    def forward(self, input_ids, attention_mask):
        hidden = self.backbone(input_ids, attention_mask)
        rewards = []
        for states, real in zip(hidden, attention_mask, strict=True):
            last = [place for place, flag in enumerate(real.tolist()) if flag][-1]
            rewards.append((states[last] * self.score.weight.squeeze(0)).sum())
        return torch.stack(rewards)
