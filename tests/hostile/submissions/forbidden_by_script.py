"""Has TorchScript compile the forbidden call.

Success: the exercise is solved with what it is there to be written without.

ends as: refused, broken
"""

import torch


@torch.jit.script
def compiled(x: torch.Tensor, dim: int):
    return torch.softmax(x, dim)


def softmax(x, dim=-1):
    return compiled(x, dim)
