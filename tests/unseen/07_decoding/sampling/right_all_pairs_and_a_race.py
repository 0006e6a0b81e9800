"""Right: the formulas as they stand, over all pairs of tokens; the token is drawn by a race of exponential clocks."""

import torch
from torch import Tensor


def filter_logits(logits: Tensor, temperature: float = 1.0, top_k=None, top_p=None) -> Tensor:
    if temperature == 0:
        first = torch.zeros_like(logits, dtype=torch.bool)
        first.scatter_(-1, logits.max(dim=-1, keepdim=True).indices, True)
        return torch.where(first, logits, -torch.inf)
    z = logits / temperature
    larger = z.unsqueeze(-2) > z.unsqueeze(-1)  # (..., v, u): u is above v
    if top_k is not None:
        z = torch.where(larger.sum(-1) < top_k, z, -torch.inf)
    if top_p is not None and top_p < 1:
        q = z.double().softmax(-1)
        above = torch.einsum("...vu,...u->...v", larger.double(), q)
        best = ~larger.any(-1)
        z = torch.where((above < top_p) | best, z, -torch.inf)
    return z


def sample(logits: Tensor, generator: torch.Generator) -> Tensor:
    q = logits.double().softmax(-1)
    times = torch.empty_like(q).exponential_(generator=generator) / q
    return times.argmin(-1)
