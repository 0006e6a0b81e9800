"""Wrong: a row that does not end in a real token is taken to begin with one, so rows padded on both sides are misread."""

import torch
from torch import nn


class RewardModel(nn.Module):
    def __init__(self, backbone, d_model):
        super().__init__()
        self.backbone = backbone
        self.score = nn.Linear(d_model, 1, bias=False)

    def forward(self, input_ids, attention_mask):
        B, T = input_ids.shape
        hidden = self.backbone(input_ids, attention_mask)
        mask = attention_mask.long()
        last = torch.where(mask[:, -1] == 1, T - 1, mask.sum(dim=1) - 1)
        return self.score(hidden[torch.arange(B, device=hidden.device), last]).squeeze(-1)
