"""Right: place by place in float64; a token is where a uniform number falls among the sums of the weights."""

import torch


def _draw(weights, generator):
    sums = weights.cumsum(0)
    u = torch.rand(1, generator=generator, dtype=torch.float64, device=weights.device)
    return torch.searchsorted(sums, u * sums[-1], right=True)


def speculative_step(target_probs, draft_probs, draft_tokens, generator):
    p, q = target_probs.double(), draft_probs.double()
    made = []
    for i, x in enumerate(draft_tokens.tolist()):
        u = torch.rand((), generator=generator, dtype=torch.float64, device=p.device)
        if u * q[i, x] >= p[i, x]:
            more = torch.relu(p[i] - q[i])
            last = _draw(more if more.any() else p[i], generator)
            break
        made.append(x)
    else:
        last = _draw(p[len(made)], generator)
    return torch.cat([draft_tokens[: len(made)], last.to(draft_tokens)])
