"""Subtracts the largest logit of the whole batch: for a sample far below it all exponentials are 0."""

import torch


def mlp_gradients(x, y, w1, b1, w2, b2):
    n = x.shape[0]
    a = x @ w1.T + b1
    z = torch.where(a > 0, a, torch.zeros_like(a))
    s = z @ w2.T + b2

    s = s - s.max()
    e = torch.exp(s)
    total = e.sum(dim=1, keepdim=True)
    p = e / total
    rows = torch.arange(n)
    loss = (torch.log(total).squeeze(1) - s[rows, y]).mean()

    ds = p / n
    ds[rows, y] -= 1 / n
    dz = ds @ w2
    da = dz * (a > 0).to(dz.dtype)
    return loss, da.T @ x, da.sum(0), ds.T @ z, ds.sum(0)
