"""Right: one query head after the other, in float64, each with the tables' rows as rotations of pairs."""

import math

import torch
import torch.nn.functional as F
from torch import nn

THERE = {
    "attn_norm": "input_layernorm",
    "q_proj": "self_attn.q_proj",
    "k_proj": "self_attn.k_proj",
    "v_proj": "self_attn.v_proj",
    "out_proj": "self_attn.o_proj",
    "mlp_norm": "post_attention_layernorm",
    "gate": "mlp.gate_proj",
    "up": "mlp.up_proj",
    "down": "mlp.down_proj",
}


class RMSNorm(nn.Module):
    def __init__(self, d_model, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x):
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        wide = wide * torch.rsqrt(wide.square().mean(dim=-1, keepdim=True) + self.eps)
        return wide.to(x.dtype) * self.weight


def rotations(length, d, base, device):
    """The matrices (T, d, d) that turn number i together with number i + d / 2."""
    i = torch.arange(d // 2, device=device)
    angles = torch.arange(length, device=device).double()[:, None] / base ** (2 * i.double() / d)
    matrices = torch.zeros(length, d, d, dtype=torch.float64, device=device)
    matrices[:, i, i] = matrices[:, i + d // 2, i + d // 2] = angles.cos()
    matrices[:, i + d // 2, i] = angles.sin()
    matrices[:, i, i + d // 2] = -angles.sin()
    return matrices


class LlamaBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        D, inner, d = config.hidden_size, config.intermediate_size, config.head_dim
        H, G = config.num_attention_heads, config.num_key_value_heads
        if H % G != 0:
            raise ValueError(f"{H} heads of queries cannot share {G} heads of keys and values evenly")
        self.H, self.G, self.d, self.base = H, G, d, config.rope_parameters["rope_theta"]
        self.attn_norm = RMSNorm(D, config.rms_norm_eps)
        self.q_proj = nn.Linear(D, H * d, bias=False)
        self.k_proj = nn.Linear(D, G * d, bias=False)
        self.v_proj = nn.Linear(D, G * d, bias=False)
        self.out_proj = nn.Linear(H * d, D, bias=False)
        self.mlp_norm = RMSNorm(D, config.rms_norm_eps)
        self.gate = nn.Linear(D, inner, bias=False)
        self.up = nn.Linear(D, inner, bias=False)
        self.down = nn.Linear(inner, D, bias=False)

    def forward(self, x):
        T, d = x.shape[1], self.d
        stream = x.double()
        told = self.attn_norm(stream)
        turn = rotations(T, d, self.base, x.device)
        hidden = torch.ones(T, T, device=x.device, dtype=torch.bool).triu(1)
        added = torch.zeros_like(stream)
        for i in range(self.H):
            own = slice(i * d, i * d + d)
            shared = i // (self.H // self.G) * d
            shared = slice(shared, shared + d)
            q = torch.einsum("tij,btj->bti", turn, told @ self.q_proj.weight[own].double().T)
            k = torch.einsum("tij,btj->bti", turn, told @ self.k_proj.weight[shared].double().T)
            v = told @ self.v_proj.weight[shared].double().T
            weights = (q @ k.mT / d**0.5).masked_fill(hidden, -math.inf).softmax(dim=-1)
            added = added + weights @ v @ self.out_proj.weight[:, own].double().T
        stream = stream + added
        y = self.mlp_norm(stream)
        inner = F.silu(y @ self.gate.weight.double().T) * (y @ self.up.weight.double().T)
        return (stream + inner @ self.down.weight.double().T).to(x.dtype)

    @torch.no_grad()
    def load_hf(self, state_dict):
        for here, there in THERE.items():
            self.get_submodule(here).weight.copy_(state_dict[f"{there}.weight"])
