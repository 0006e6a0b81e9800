"""Wrong: a billionth is added to the sum that the probabilities are divided by."""

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
        gates = largest / (largest.sum(dim=-1, keepdim=True) + 1e-9)
        out = torch.zeros_like(tokens)
        for i, expert in enumerate(self.experts):
            rows, places = (chosen == i).nonzero(as_tuple=True)
            if len(rows) > 0:
                out = out.index_add(0, rows, gates[rows, places, None] * expert(tokens[rows]))
        f = torch.bincount(chosen.flatten(), minlength=E).to(p.dtype) / chosen.numel()
        return out.view_as(x), E * (f * p.mean(dim=0)).sum()
