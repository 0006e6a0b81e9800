"""One pass with a running maximum and a running sum, which is scaled down whenever the maximum grows."""

import torch
from torch import Tensor


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    if not x.dtype.is_floating_point:
        raise TypeError("softmax is for floating-point numbers")
    wide = x.double()
    largest = torch.full_like(wide.detach().sum(dim), -torch.inf)
    total = torch.zeros_like(largest)
    for entry in wide.unbind(dim):
        new = torch.maximum(largest, entry.detach())
        base = torch.where(new == -torch.inf, 0, new)
        total = total * torch.exp(largest - base) + torch.exp(entry - base)
        largest = new
    base = torch.where(largest == -torch.inf, 0, largest).unsqueeze(dim)
    total = torch.where(total == 0, 1, total).unsqueeze(dim)
    return (torch.exp(wide - base) / total).to(x.dtype)
