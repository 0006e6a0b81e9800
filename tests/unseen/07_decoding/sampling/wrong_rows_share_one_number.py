"""Wrong: one uniform number for all rows, moved on by an equal step from row to row: each row is right, but not independent."""

import torch


def filter_logits(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        best = logits.argmax(-1, keepdim=True)
        return torch.full_like(logits, -torch.inf).scatter(-1, best, logits.gather(-1, best))
    z = logits / temperature
    if top_k is not None:
        kth = z.topk(min(top_k, z.shape[-1]), dim=-1).values[..., -1:]
        z = z.masked_fill(z < kth, -torch.inf)
    if top_p is not None and top_p < 1:
        values = z.sort(dim=-1, descending=True).values
        q = values.double().softmax(-1)
        stays = (q.cumsum(-1) - q) < top_p
        stays[..., 0] = True
        lowest = values.masked_fill(~stays, torch.inf).amin(-1, keepdim=True)
        z = z.masked_fill(z < lowest, -torch.inf)
    return z


def sample(logits, generator):
    sums = logits.double().softmax(-1).cumsum(-1).reshape(-1, logits.shape[-1])
    rows = torch.arange(len(sums), device=logits.device, dtype=torch.float64)
    start = torch.rand(1, generator=generator, dtype=torch.float64, device=logits.device)
    u = (start + rows / len(sums)) % 1
    return torch.searchsorted(sums, (u * sums[:, -1])[:, None], right=True).reshape(logits.shape[:-1])
