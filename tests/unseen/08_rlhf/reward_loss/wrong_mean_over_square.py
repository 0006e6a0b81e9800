"""Masks all pairs but those with i < j and takes the mean of the whole K x K square: divides by K², not by K(K-1)/2."""

import torch
import torch.nn.functional as F
from torch import Tensor


def reward_loss(chosen: Tensor, rejected: Tensor, margin=None) -> Tensor:
    if margin is None:
        margin = 0.0
    return -F.logsigmoid(chosen - rejected - margin).mean().to(chosen.dtype)


def ranking_loss(rewards: Tensor) -> Tensor:
    diff = rewards[:, :, None] - rewards[:, None, :]
    losses = -F.logsigmoid(diff)
    return torch.triu(losses, diagonal=1).mean()
