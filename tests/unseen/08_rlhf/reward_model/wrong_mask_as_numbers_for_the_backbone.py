"""Wrong: the backbone gets the mask as whole numbers, even if it was of booleans, and its inverse is not what it was."""

import torch
from torch import nn


class RewardModel(nn.Module):
    def __init__(self, backbone, d_model):
        super().__init__()
        self.backbone = backbone
        self.score = nn.Linear(d_model, 1, bias=False)

    def forward(self, input_ids, attention_mask):
        attention_mask = attention_mask.long()
        hidden = self.backbone(input_ids, attention_mask)
        from_the_end = attention_mask.flip(1).argmax(dim=1)
        last = attention_mask.shape[1] - 1 - from_the_end
        return self.score(hidden[torch.arange(len(hidden), device=hidden.device), last])[:, 0]
