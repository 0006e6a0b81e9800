"""Works in float64 with its cutoff: a sum of two columns that float32 rounded is then no combination any more."""

import torch
from torch import Tensor


def fit_closed_form(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    A = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype, device=x.device)], dim=1).double()
    theta = (torch.linalg.pinv(A) @ y.double()).to(x.dtype)
    return theta[:-1], theta[-1]


def fit_gradient_descent(x: Tensor, y: Tensor, lr: float, steps: int) -> tuple[Tensor, Tensor]:
    w = torch.zeros(x.shape[1], dtype=x.dtype, device=x.device)
    b = torch.zeros((), dtype=x.dtype, device=x.device)
    for _ in range(steps):
        error = (x @ w + b - y).detach()
        w = w - lr * 2 * (error[:, None] * x.detach()).mean(dim=0)
        b = b - lr * 2 * error.mean()
    return w, b
