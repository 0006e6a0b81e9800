"""Right: the head is a layer with the table for its weight; names are taken apart by a regular expression."""

import math
import re

import torch
from torch import nn
from torch.nn import functional as F

RENAMED = {"c_attn": "qkv_proj", "c_fc": "up"}


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
        self.head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.head.weight = self.wte.weight
        self.register_buffer("positions", torch.arange(config.n_positions), persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 1:
                parameter.data.fill_(0.0 if name.endswith("bias") else 1.0)
            else:
                added = name.endswith(("out_proj.weight", "down.weight"))
                parameter.data = torch.randn_like(parameter) * 0.02 / (math.sqrt(2 * config.n_layer) if added else 1)
        self.head.weight = self.wte.weight

    def forward(self, input_ids):
        T = input_ids.shape[-1]
        if T > self.positions.numel():
            raise ValueError("the text is longer than there are positions")
        x = F.embedding(input_ids, self.wte.weight) + self.wpe(self.positions[:T])
        return self.head(self.ln_f(nn.Sequential(*self.h)(x)))

    def load_hf(self, state_dict):
        own = dict(self.named_parameters())
        todo = set(own)
        for name, theirs in state_dict.items():
            found = re.fullmatch(r"transformer\.(h\.\d+\.)?(?:(?:attn|mlp)\.)?(\w+)\.(weight|bias)", name)
            if found is None:
                continue
            where, layer, part = found.groups(default="")
            turned = layer.startswith("c_")
            if layer == "c_proj":
                layer = "out_proj" if ".attn." in name else "down"
            here = f"{where}{RENAMED.get(layer, layer)}.{part}"
            if here in todo:
                own[here].data.copy_(theirs.T if turned and theirs.dim() == 2 else theirs)
                todo.remove(here)
        if todo:
            raise KeyError(f"there is nothing for {', '.join(sorted(todo))}")
