"""Wrong: torch.where chooses the branch that cannot overflow, but the other's gradient is infinity times 0: NaN."""

import torch
from torch import Tensor


def neg_log_sigmoid(m: Tensor) -> Tensor:
    return torch.where(m >= 0, torch.log1p(torch.exp(-m)), torch.log1p(torch.exp(m)) - m)


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0):
    margins = beta * ((policy_chosen - ref_chosen) - (policy_rejected - ref_rejected))
    losses = (1 - label_smoothing) * neg_log_sigmoid(margins) + label_smoothing * neg_log_sigmoid(-margins)
    return losses.mean(), margins
