"""log(σ(z) + 1e-8): no pair can cost more than 18.4, and a pair that is badly wrong has no gradient."""

import torch
from torch import Tensor


def _loss(z: Tensor) -> Tensor:
    return -torch.log(torch.sigmoid(z) + 1e-8).mean()


def reward_loss(chosen: Tensor, rejected: Tensor, margin=None) -> Tensor:
    z = chosen - rejected
    if margin is not None:
        z = z - margin
    return _loss(z).to(chosen.dtype)


def ranking_loss(rewards: Tensor) -> Tensor:
    k = rewards.shape[1]
    i, j = torch.triu_indices(k, k, offset=1, device=rewards.device)
    return _loss(rewards[:, i] - rewards[:, j])
