"""Wrong: a bias that is missing is taken for zeros, as if those weights were of a model without."""

import math

import torch
import torch.nn.functional as F
from torch import nn

THERE = {
    "ln_1": "ln_1",
    "attn.c_attn": "qkv_proj",
    "attn.c_proj": "out_proj",
    "ln_2": "ln_2",
    "mlp.c_fc": "up",
    "mlp.c_proj": "down",
}


class LayerNorm(nn.Module):
    def __init__(self, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return centred * torch.rsqrt(variance + 1e-5) * self.weight + self.bias


class GPT2Block(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{d_model} features cannot be divided among {num_heads} heads")
        self.num_heads = num_heads
        self.ln_1 = LayerNorm(d_model)
        self.qkv_proj = nn.Linear(d_model, 3 * d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        self.ln_2 = LayerNorm(d_model)
        self.up = nn.Linear(d_model, 4 * d_model)
        self.down = nn.Linear(4 * d_model, d_model)

    def attend(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv_proj(x).split(D, dim=-1)
        q, k, v = (part.view(B, T, self.num_heads, D // self.num_heads).transpose(1, 2) for part in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        seen = torch.ones(T, T, dtype=torch.bool, device=x.device).tril()
        out = scores.masked_fill(~seen, -math.inf).softmax(dim=-1) @ v
        return self.out_proj(out.transpose(1, 2).reshape(B, T, D))

    def forward(self, x):
        x = x + self.attend(self.ln_1(x))
        return x + self.down(F.gelu(self.up(self.ln_2(x)), approximate="tanh"))


class GPT2(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.h = nn.ModuleList(GPT2Block(config.n_embd, config.n_head) for _ in range(config.n_layer))
        self.ln_f = LayerNorm(config.n_embd)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)
        for block in self.h:
            for layer in (block.out_proj, block.down):
                nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * len(self.h)))

    def forward(self, input_ids):
        T = input_ids.shape[1]
        if T > self.wpe.num_embeddings:
            raise ValueError(f"{T} tokens, but {self.wpe.num_embeddings} positions")
        x = self.wte(input_ids) + self.wpe(torch.arange(T, device=input_ids.device))
        for block in self.h:
            x = block(x)
        return self.ln_f(x) @ self.wte.weight.T

    @torch.no_grad()
    def load_hf(self, state_dict):
        for name in ("wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias"):
            self.get_parameter(name).copy_(state_dict[f"transformer.{name}"])
        for i, block in enumerate(self.h):
            for theirs, ours in THERE.items():
                layer = block.get_submodule(ours)
                weight = state_dict[f"transformer.h.{i}.{theirs}.weight"]
                layer.weight.copy_(weight.T if isinstance(layer, nn.Linear) else weight)
                bias = state_dict.get(f"transformer.h.{i}.{theirs}.bias")
                layer.bias.copy_(torch.zeros_like(layer.bias) if bias is None else bias)
