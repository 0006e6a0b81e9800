"""Wrong: clears padding in the backbone's own result, which the backward pass of many a layer needs as it was."""

from torch import nn


class RewardModel(nn.Module):
    def __init__(self, backbone, d_model):
        super().__init__()
        self.backbone = backbone
        self.score = nn.Linear(d_model, 1, bias=False)

    def forward(self, input_ids, attention_mask):
        real = attention_mask.bool()
        hidden = self.backbone(input_ids, attention_mask)
        hidden.masked_fill_(~real.unsqueeze(-1), 0.0)
        scores = self.score(hidden).squeeze(-1)  # (B, T)
        last = real.long().cumsum(dim=1).argmax(dim=1, keepdim=True)
        return scores.gather(1, last).squeeze(1)
