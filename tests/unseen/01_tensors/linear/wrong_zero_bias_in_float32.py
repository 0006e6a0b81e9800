"""Takes a float32 zero for the bias that is missing, which makes a result in half precision float32."""

import torch
from torch import Tensor


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if bias is None:
        bias = torch.zeros(weight.shape[0])
    return torch.matmul(x, weight.mT) + bias
