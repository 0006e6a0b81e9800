"""Right: queries and keys are turned as complex numbers, and the heads of a group are an axis of their own."""

import torch
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

    def turned(self, x):
        T, half = x.shape[1], self.d // 2
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        real, imaginary = wide.double().split(half, dim=-1)
        speeds = self.base ** (-torch.arange(half, dtype=torch.float64, device=x.device) / half)
        angles = torch.arange(T, dtype=torch.float64, device=x.device)[:, None] * speeds
        turned = torch.complex(real, imaginary) * torch.polar(torch.ones_like(angles), angles)[:, None]
        return torch.cat([turned.real, turned.imag], dim=-1).to(x.dtype)

    def forward(self, x):
        B, T, _ = x.shape
        told = self.attn_norm(x)
        q = self.turned(self.q_proj(told).view(B, T, self.H, self.d)).unflatten(2, (self.G, -1))
        k = self.turned(self.k_proj(told).view(B, T, self.G, self.d))
        v = self.v_proj(told).view(B, T, self.G, self.d)
        scores = torch.einsum("btgid,bsgd->bgits", q, k) * self.d**-0.5
        later = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(diagonal=1)
        weights = torch.softmax(scores.masked_fill(later, torch.finfo(scores.dtype).min), dim=-1)
        x = x + self.out_proj(torch.einsum("bgits,bsgd->btgid", weights, v).flatten(2))
        y = self.mlp_norm(x)
        gates = self.gate(y)
        return x + self.down(torch.sigmoid(gates) * gates * self.up(y))

    def load_hf(self, state_dict):
        self.load_state_dict({f"{here}.weight": state_dict[f"{there}.weight"] for here, there in THERE.items()})
