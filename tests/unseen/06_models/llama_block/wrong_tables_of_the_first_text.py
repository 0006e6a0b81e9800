"""Wrong: the tables are as long as the first text, whatever length comes afterwards."""

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


def rope_tables(length, d, base, device=None):
    exponents = torch.arange(0, d, 2, dtype=torch.float64, device=device) / d
    angles = torch.outer(torch.arange(length, dtype=torch.float64, device=device), base**-exponents)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def apply_rope(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos.to(x.dtype) + torch.cat([-second, first], dim=-1) * sin.to(x.dtype)


class LlamaBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        D, inner, d = config.hidden_size, config.intermediate_size, config.head_dim
        H, G = config.num_attention_heads, config.num_key_value_heads
        if H % G != 0:
            raise ValueError(f"{H} heads of queries cannot share {G} heads of keys and values evenly")
        self.H, self.G, self.d, self.base = H, G, d, config.rope_parameters["rope_theta"]
        self.tables = None
        self.attn_norm = RMSNorm(D, config.rms_norm_eps)
        self.q_proj = nn.Linear(D, H * d, bias=False)
        self.k_proj = nn.Linear(D, G * d, bias=False)
        self.v_proj = nn.Linear(D, G * d, bias=False)
        self.out_proj = nn.Linear(H * d, D, bias=False)
        self.mlp_norm = RMSNorm(D, config.rms_norm_eps)
        self.gate = nn.Linear(D, inner, bias=False)
        self.up = nn.Linear(D, inner, bias=False)
        self.down = nn.Linear(inner, D, bias=False)

    def attend(self, x):
        B, T, _ = x.shape
        q = self.q_proj(x).view(B, T, self.H, self.d).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.G, self.d).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.G, self.d).transpose(1, 2)
        if self.tables is None:
            self.tables = rope_tables(T, self.d, self.base, x.device)
        cos, sin = self.tables
        q, k = apply_rope(q, cos, sin), apply_rope(k, cos, sin)
        k = k.repeat_interleave(self.H // self.G, dim=1)
        v = v.repeat_interleave(self.H // self.G, dim=1)
        seen = torch.ones(T, T, dtype=torch.bool, device=x.device).tril()
        scores = (q @ k.mT / math.sqrt(self.d)).masked_fill(~seen, -math.inf)
        return self.out_proj((scores.softmax(dim=-1) @ v).transpose(1, 2).reshape(B, T, self.H * self.d))

    def forward(self, x):
        x = x + self.attend(self.attn_norm(x))
        y = self.mlp_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))

    @torch.no_grad()
    def load_hf(self, state_dict):
        for here, there in THERE.items():
            self.get_submodule(here).weight.copy_(state_dict[f"{there}.weight"])
