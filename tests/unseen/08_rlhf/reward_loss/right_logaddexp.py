"""-log σ(z) is log(e^0 + e^-z), which `torch.logaddexp` knows; the work is done in float64."""

import torch
from torch import Tensor


def _cost(z: Tensor) -> Tensor:
    return torch.logaddexp(torch.zeros_like(z), -z).mean()


def reward_loss(chosen: Tensor, rejected: Tensor, margin=None) -> Tensor:
    z = chosen.double() - rejected.double()
    return _cost(z if margin is None else z - margin).to(chosen.dtype)


def ranking_loss(rewards: Tensor) -> Tensor:
    pairs = torch.combinations(torch.arange(rewards.shape[-1], device=rewards.device), r=2)
    better, worse = rewards.double()[:, pairs].unbind(-1)
    return _cost(better - worse).to(rewards.dtype)
