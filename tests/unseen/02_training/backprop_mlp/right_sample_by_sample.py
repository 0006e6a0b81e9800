"""Takes one sample after the other, with vectors and outer products, and adds up in float64."""

import torch


def mlp_gradients(x, y, w1, b1, w2, b2):
    dtype = x.dtype
    loss, dw1, db1, dw2, db2 = (
        torch.zeros(shape, dtype=torch.float64, device=x.device)
        for shape in ((), w1.shape, b1.shape, w2.shape, b2.shape)
    )
    x, w1, b1, w2, b2 = (t.double() for t in (x, w1, b1, w2, b2))
    share = 1 / x.shape[0]
    for sample, answer in zip(x, y.tolist()):
        a = torch.mv(w1, sample) + b1
        z = a.relu()
        s = torch.mv(w2, z) + b2
        s = s - s.max()
        total = s.exp().sum()
        loss = loss + share * (total.log() - s[answer])
        ds = share * s.exp() / total
        ds[answer] -= share
        da = torch.where(a > 0, torch.mv(w2.T, ds), 0.0)
        dw2, db2 = dw2 + torch.outer(ds, z), db2 + ds
        dw1, db1 = dw1 + torch.outer(da, sample), db1 + da
    return tuple(t.to(dtype) for t in (loss, dw1, db1, dw2, db2))
