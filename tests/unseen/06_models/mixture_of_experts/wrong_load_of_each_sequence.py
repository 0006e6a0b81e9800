"""Wrong: the load is taken of each sequence by itself, and averaged over the batch."""

import torch
from torch import nn


class Expert(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.down(torch.relu(self.up(x)))


class MoE(nn.Module):
    def __init__(self, d_model, d_ff, num_experts, top_k):
        super().__init__()
        if not 1 <= top_k <= num_experts:
            raise ValueError(f"{top_k} of {num_experts} experts cannot be chosen")
        self.top_k = top_k
        self.router = nn.Linear(d_model, num_experts, bias=False)
        self.experts = nn.ModuleList(Expert(d_model, d_ff) for _ in range(num_experts))

    def forward(self, x):
        tokens = x.reshape(-1, x.shape[-1])
        E = len(self.experts)
        p = self.router(tokens).softmax(dim=-1)
        largest, chosen = p.sort(dim=-1, descending=True, stable=True)
        largest, chosen = largest[:, : self.top_k], chosen[:, : self.top_k]
        gates = largest / largest.sum(dim=-1, keepdim=True)
        out = torch.zeros_like(tokens)
        for i, expert in enumerate(self.experts):
            rows, places = (chosen == i).nonzero(as_tuple=True)
            if len(rows) > 0:
                out = out.index_add(0, rows, gates[rows, places, None] * expert(tokens[rows]))
        B, T, _ = x.shape
        counts = nn.functional.one_hot(chosen, E).view(B, T * self.top_k, E).to(p.dtype)
        f, P = counts.mean(dim=1), p.view(B, T, E).mean(dim=1)
        return out.view_as(x), E * (f * P).sum(dim=-1).mean()
