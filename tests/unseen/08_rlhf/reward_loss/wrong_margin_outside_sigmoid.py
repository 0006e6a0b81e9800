"""Subtracts the margin from the log-sigmoid, outside of it: the loss is moved, and the gradient knows of no margin."""

import torch
import torch.nn.functional as F
from torch import Tensor


def reward_loss(chosen: Tensor, rejected: Tensor, margin=None) -> Tensor:
    log_p = F.logsigmoid(chosen - rejected)
    if margin is not None:
        log_p = log_p - margin
    return -log_p.mean().to(chosen.dtype)


def ranking_loss(rewards: Tensor) -> Tensor:
    K = rewards.shape[1]
    diff = rewards.unsqueeze(2) - rewards.unsqueeze(1)
    better = torch.ones(K, K, dtype=torch.bool, device=rewards.device).triu(1)
    return -F.logsigmoid(diff[:, better]).mean()
