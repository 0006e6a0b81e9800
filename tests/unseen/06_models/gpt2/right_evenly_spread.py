"""Right: first weights are spread evenly, at the same standard deviation; ids are looked up by a product."""

import math

import torch
import torch.nn.functional as F
from torch import nn


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
        for layer in (self.wte, self.wpe, *(m for m in self.h.modules() if isinstance(m, nn.Linear))):
            self.spread(layer, 0.02)
        for block in self.h:
            self.spread(block.out_proj, 0.02 * (2 * config.n_layer) ** -0.5)
            self.spread(block.down, 0.02 * (2 * config.n_layer) ** -0.5)

    @staticmethod
    def spread(layer, std):
        """Draw the weights from -√3 std to √3 std, whose standard deviation is std."""
        nn.init.uniform_(layer.weight, -math.sqrt(3) * std, math.sqrt(3) * std)
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)

    def forward(self, input_ids):
        V, T = len(self.wte.weight), input_ids.shape[1]
        if T > len(self.wpe.weight):
            raise ValueError(f"there are {len(self.wpe.weight)} positions, too few for {T} tokens")
        chosen = F.one_hot(input_ids.long(), V).to(self.wte.weight.dtype)
        x = chosen @ self.wte.weight + self.wpe.weight[:T]
        for block in self.h:
            x = block(x)
        return torch.einsum("btd,vd->btv", self.ln_f(x), self.wte.weight)

    def load_hf(self, state_dict):
        renamed = {}
        for name in self.state_dict():
            there = "transformer." + name
            for here, theirs in (("qkv_proj", "attn.c_attn"), ("out_proj", "attn.c_proj")):
                there = there.replace(here, theirs)
            for here, theirs in (("up", "mlp.c_fc"), ("down", "mlp.c_proj")):
                there = there.replace(f".{here}.", f".{theirs}.")
            found = state_dict[there]
            renamed[name] = found.t() if ".c_" in there else found
        self.load_state_dict(renamed)
