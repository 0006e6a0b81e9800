"""The sigmoid is the softmax of the two scores x and 0, and torch's softmax is not forbidden here."""

import torch
from torch import Tensor


def sigmoid(x: Tensor) -> Tensor:
    scores = torch.stack([x, torch.zeros_like(x)], dim=-1)
    return torch.softmax(scores, dim=-1)[..., 0]
