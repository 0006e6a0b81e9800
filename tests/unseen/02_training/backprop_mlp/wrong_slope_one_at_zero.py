"""Lets the gradient through where a hidden number is exactly 0."""

import torch
import torch.nn.functional as F


def mlp_gradients(x, y, w1, b1, w2, b2):
    a = x @ w1.T + b1
    z = F.relu(a)
    s = z @ w2.T + b2
    loss = F.cross_entropy(s, y)
    ds = (F.softmax(s, dim=1) - F.one_hot(y, s.shape[1]).to(s.dtype)) / len(x)
    dz = ds @ w2
    da = torch.where(a < 0, torch.zeros_like(dz), dz)
    return loss, da.T @ x, da.sum(dim=0), ds.T @ z, ds.sum(dim=0)
