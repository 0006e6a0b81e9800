"""Wrong: sample puts -1e4 for minus infinity, so that Gumbel noise can be added: no less likely than a logit of -10 000."""

import torch


def filter_logits(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        places = torch.arange(logits.shape[-1], device=logits.device)
        return logits.masked_fill(places != logits.argmax(-1, keepdim=True), -torch.inf)
    z = logits / temperature
    if top_k is not None:
        kth = z.sort(-1, descending=True).values[..., min(top_k, z.shape[-1]) - 1, None]
        z = z.masked_fill(z < kth, -torch.inf)
    if top_p is not None and top_p < 1:
        q = z.double().softmax(-1)
        above = (q.unsqueeze(-2) * (z.unsqueeze(-2) > z.unsqueeze(-1))).sum(-1)
        z = z.masked_fill((above >= top_p) & (z < z.amax(-1, keepdim=True)), -torch.inf)
    return z


def sample(logits, generator):
    scores = torch.nan_to_num(logits.double(), neginf=-1e4)
    u = torch.rand(scores.shape, generator=generator, dtype=torch.float64, device=logits.device)
    return (scores - torch.log(-torch.log(u))).argmax(-1)
