"""Hides the forbidden call in the forward pass of a function of its own.

Success: the exercise is solved with what it is there to be written without.

ends as: refused
"""

import torch


class Hidden(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        result = torch.softmax(x, dim)
        ctx.save_for_backward(result)
        ctx.dim = dim
        return result

    @staticmethod
    def backward(ctx, slope):
        (result,) = ctx.saved_tensors
        return result * (slope - (slope * result).sum(ctx.dim, keepdim=True)), None


def softmax(x, dim=-1):
    return Hidden.apply(x, dim)
