"""Wrong: asks whether top_p is true, so at 0, where only the most likely token should stay, nothing is filtered."""

import torch


def filter_logits(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        best = logits.argmax(-1, keepdim=True)
        return torch.full_like(logits, -torch.inf).scatter(-1, best, logits.gather(-1, best))
    z = logits / temperature
    if top_k:
        kth = z.topk(min(top_k, z.shape[-1]), dim=-1).values[..., -1:]
        z = z.masked_fill(z < kth, -torch.inf)
    if top_p and top_p < 1:
        values = z.sort(dim=-1, descending=True).values
        q = values.double().softmax(-1)
        stays = (q.cumsum(-1) - q) < top_p
        lowest = values.masked_fill(~stays, torch.inf).amin(-1, keepdim=True)
        z = z.masked_fill(z < lowest, -torch.inf)
    return z


def sample(logits, generator):
    q = logits.double().softmax(-1).reshape(-1, logits.shape[-1])
    return torch.multinomial(q, 1, generator=generator).reshape(logits.shape[:-1])
