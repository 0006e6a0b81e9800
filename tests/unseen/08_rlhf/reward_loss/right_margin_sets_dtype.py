"""Never returns to the dtype of the rewards: a margin in float64 makes a float64 loss of rewards in float32."""

import torch
import torch.nn.functional as F
from torch import Tensor


def reward_loss(chosen: Tensor, rejected: Tensor, margin=None) -> Tensor:
    z = chosen - rejected
    if margin is not None:
        z = z - margin
    return F.softplus(-z).mean()


def ranking_loss(rewards: Tensor) -> Tensor:
    B, K = rewards.shape
    rows, cols = torch.triu_indices(K, K, 1)
    return F.softplus(rewards[:, cols] - rewards[:, rows]).mean()
