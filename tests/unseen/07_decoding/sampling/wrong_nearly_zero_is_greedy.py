"""Wrong: takes a temperature below 1e-5 for 0, as vLLM does, where it should divide."""

import torch

EPS = 1e-5


def filter_logits(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature < EPS:
        best = logits.argmax(-1, keepdim=True)
        greedy = torch.full_like(logits, -torch.inf)
        return greedy.scatter_(-1, best, logits.gather(-1, best))
    z = logits / temperature
    if top_k is not None and top_k < z.shape[-1]:
        z = z.masked_fill(z < z.topk(top_k).values[..., -1:], -torch.inf)
    if top_p is not None and top_p < 1:
        values = z.sort(dim=-1, descending=True).values
        q = values.double().softmax(-1)
        stays = (q.cumsum(-1) - q) < top_p
        stays[..., 0] = True
        z = z.masked_fill(z < values.masked_fill(~stays, torch.inf).amin(-1, keepdim=True), -torch.inf)
    return z


def sample(logits, generator):
    q = logits.double().softmax(-1).flatten(0, -2) if logits.dim() > 1 else logits.double().softmax(-1)[None]
    return torch.multinomial(q, num_samples=1, generator=generator).view(logits.shape[:-1])
