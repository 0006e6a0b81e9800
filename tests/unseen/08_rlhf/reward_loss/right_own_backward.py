"""A function with a backward of its own, -σ(-z), so that the corner of the formula at 0 does not matter."""

import torch
from torch import Tensor


class NegLogSigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return (-z).clamp(min=0) + torch.log1p(torch.exp(-z.abs()))

    @staticmethod
    def backward(ctx, grad):
        (z,) = ctx.saved_tensors
        return -grad * torch.sigmoid(-z)


def reward_loss(chosen: Tensor, rejected: Tensor, margin=None) -> Tensor:
    z = chosen - rejected
    if isinstance(margin, Tensor):
        z = z - margin.to(z.dtype)
    elif margin is not None:
        z = z - float(margin)
    return NegLogSigmoid.apply(z).mean()


def ranking_loss(rewards: Tensor) -> Tensor:
    columns = rewards.unbind(1)
    worse_ones = [better - worse for i, better in enumerate(columns) for worse in columns[i + 1 :]]
    return NegLogSigmoid.apply(torch.cat(worse_ones)).mean()
