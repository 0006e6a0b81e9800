"""Each bias is one more column of its weight, which belongs to an input that is always 1."""

import torch
import torch.nn.functional as F


def with_ones(rows):
    return F.pad(rows, (0, 1), value=1.0)


def mlp_gradients(x, y, w1, b1, w2, b2):
    m1, m2 = torch.column_stack([w1, b1]), torch.column_stack([w2, b2])
    inputs = with_ones(x)
    hidden = (inputs @ m1.T).clamp(min=0)
    middle = with_ones(hidden)
    log_p = torch.log_softmax(middle @ m2.T, dim=1)
    target = y.long().unsqueeze(1)
    loss = log_p.gather(1, target).mean().neg()

    ds = log_p.exp().scatter_add(1, target, -torch.ones_like(log_p[:, :1])) / len(x)
    dm2 = ds.T @ middle
    dm1 = (ds @ w2 * hidden.sign()).T @ inputs
    return loss, dm1[:, :-1], dm1[:, -1], dm2[:, :-1], dm2[:, -1]
