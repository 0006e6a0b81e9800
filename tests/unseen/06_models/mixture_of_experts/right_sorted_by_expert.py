"""Right: all choices are put in order of their experts, cut into pieces, and put back; weights are a softmax of logits."""

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
        (B, T, D), E, k = x.shape, len(self.experts), self.top_k
        logits = self.router(x).flatten(0, 1)
        p = torch.softmax(logits, dim=-1)
        chosen = torch.argsort(p, dim=-1, descending=True, stable=True)[:, :k]
        gates = torch.softmax(logits.gather(1, chosen), dim=-1)
        order = chosen.flatten().argsort()
        counts = [int((chosen == i).sum()) for i in range(E)]
        pieces = x.reshape(-1, D)[order // k].split(counts)
        results = torch.cat([expert(piece) for expert, piece in zip(self.experts, pieces, strict=True)])
        back = results[order.argsort()].view(B * T, k, D)
        out = torch.einsum("nk,nkd->nd", gates, back).view(B, T, D)
        f = p.new_tensor(counts) / (B * T * k)
        return out, E * torch.dot(f, p.mean(dim=0))
