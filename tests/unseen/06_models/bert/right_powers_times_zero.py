"""Right: all projections at once, and padding's powers of e multiplied by 0; everything else in float64."""

import math

import torch
import torch.nn.functional as F
from torch import nn

THERE = {
    "q_proj": "attention.self.query",
    "k_proj": "attention.self.key",
    "v_proj": "attention.self.value",
    "out_proj": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "output_norm": "output.LayerNorm",
}


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return centred / torch.sqrt(variance + self.eps) * self.weight + self.bias


class BertEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        D = config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, D, padding_idx=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, D)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, D)
        self.LayerNorm = LayerNorm(D, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        for table in (self.word_embeddings, self.position_embeddings, self.token_type_embeddings):
            nn.init.normal_(table.weight, std=config.initializer_range)
        with torch.no_grad():
            self.word_embeddings.weight[config.pad_token_id] = 0.0

    def forward(self, input_ids, token_type_ids=None):
        T = input_ids.shape[1]
        if T > self.position_embeddings.num_embeddings:
            raise ValueError(f"{T} tokens are more than {self.position_embeddings.num_embeddings} positions")
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        positions = torch.arange(T, device=input_ids.device)
        x = self.word_embeddings(input_ids) + self.position_embeddings(positions)
        x = x + self.token_type_embeddings(token_type_ids)
        return self.dropout(self.LayerNorm(x.double()).to(x.dtype))


class BertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        D, H = config.hidden_size, config.num_attention_heads
        if D % H != 0:
            raise ValueError(f"{D} features cannot be divided among {H} heads")
        self.num_heads = H
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(D, D) for _ in range(4))
        self.attention_norm = LayerNorm(D, config.layer_norm_eps)
        self.up = nn.Linear(D, config.intermediate_size)
        self.down = nn.Linear(config.intermediate_size, D)
        self.output_norm = LayerNorm(D, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.weights_dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def heads(self, x):
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def attend(self, x, attention_mask):
        layers = self.q_proj, self.k_proj, self.v_proj
        weight = torch.cat([part.weight for part in layers])
        bias = torch.cat([part.bias for part in layers])
        q, k, v = (self.heads(part).double() for part in (x @ weight.T + bias).chunk(3, dim=-1))
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        real = attention_mask.bool()[:, None, None, :]
        largest = torch.where(real, scores, -math.inf).amax(dim=-1, keepdim=True)
        powers = torch.where(real, scores - largest, 0).exp() * real
        weights = self.weights_dropout(powers / powers.sum(dim=-1, keepdim=True))
        return self.out_proj((weights @ v).to(x.dtype).transpose(1, 2).flatten(2))

    def forward(self, x, attention_mask):
        x = self.attention_norm(x + self.dropout(self.attend(x, attention_mask)))
        return self.output_norm(x + self.dropout(self.down(F.gelu(self.up(x)))))


class Bert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_hidden_layers))
        self.pooler = nn.Linear(config.hidden_size, config.hidden_size)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=config.initializer_range)
                nn.init.zeros_(module.bias)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        x = self.embeddings(input_ids, token_type_ids)
        for layer in self.layers:
            x = layer(x, attention_mask)
        return x, torch.tanh(self.pooler(x[:, 0]))

    @torch.no_grad()
    def load_hf(self, state_dict):
        pairs = [(f"embeddings.{name}", own) for name, own in self.embeddings.named_parameters()]
        for i, layer in enumerate(self.layers):
            for ours, theirs in THERE.items():
                for part, own in layer.get_submodule(ours).named_parameters():
                    pairs.append((f"encoder.layer.{i}.{theirs}.{part}", own))
        pairs += [(f"pooler.dense.{part}", own) for part, own in self.pooler.named_parameters()]
        for name, own in pairs:
            own.copy_(state_dict[name])
