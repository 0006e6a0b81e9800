"""Right: query by query, with the whole matrix of derivatives of its softmax, over the keys it may attend to."""

import torch


def attention_backward(grad_out, q, k, v, mask=None):
    scale = q.shape[-1] ** -0.5
    dq, dk, dv = (torch.zeros(x.shape, dtype=x.dtype, device=x.device) for x in (q, k, v))
    T, S = q.shape[-2], k.shape[-2]
    if mask is None:
        mask = torch.ones(T, S, dtype=torch.bool, device=q.device)
    mask = mask.expand(*q.shape[:-1], S).reshape(-1, T, S)
    flat = [x.reshape(-1, *x.shape[-2:]) for x in (grad_out, q, k, v)]
    results = [x.view(-1, *x.shape[-2:]) for x in (dq, dk, dv)]
    for n in range(len(mask)):
        g, qn, kn, vn = (x[n] for x in flat)
        dqn, dkn, dvn = (x[n] for x in results)
        for t in range(T):
            seen = mask[n, t].nonzero().flatten()
            if len(seen) == 0:
                continue
            p = torch.softmax(kn[seen] @ qn[t] * scale, dim=0)
            jacobian = torch.diag(p) - torch.outer(p, p)
            ds = jacobian @ (vn[seen] @ g[t])
            dqn[t] = ds @ kn[seen] * scale
            dkn[seen] += torch.outer(ds, qn[t]) * scale
            dvn[seen] += torch.outer(p, g[t])
    return dq, dk, dv
