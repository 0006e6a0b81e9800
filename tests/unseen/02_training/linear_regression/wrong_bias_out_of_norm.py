"""Takes the means off first, so the bias has no part in the norm: another solution where there are many."""

import torch
from torch import Tensor


def fit_closed_form(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    mean_x, mean_y = x.mean(dim=0), y.mean()
    w = torch.linalg.pinv(x - mean_x) @ (y - mean_y)
    b = mean_y - mean_x @ w
    return w, b


def fit_gradient_descent(x: Tensor, y: Tensor, lr: float, steps: int) -> tuple[Tensor, Tensor]:
    x, y = x.detach(), y.detach()
    w = torch.zeros_like(x[0])
    b = torch.zeros_like(y[0])
    for _ in range(steps):
        error = x @ w + b - y
        grad_w = 2 * x.T @ error / len(x)
        grad_b = 2 * error.mean()
        w = w - lr * grad_w
        b = b - lr * grad_b
    return w, b
