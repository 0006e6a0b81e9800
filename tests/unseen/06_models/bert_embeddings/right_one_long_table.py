"""Right: the three tables are looked up as one, in float64; what is dropped is drawn by hand."""

import torch
import torch.nn.functional as F
from torch import nn


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
        self.word_embeddings = self.table(config.hidden_size, config.vocab_size, config.initializer_range)
        self.position_embeddings = self.table(
            config.hidden_size, config.max_position_embeddings, config.initializer_range
        )
        self.token_type_embeddings = self.table(config.hidden_size, config.type_vocab_size, config.initializer_range)
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.word_embeddings.weight.data[config.pad_token_id].zero_()
        self.register_buffer("places", torch.arange(config.max_position_embeddings), persistent=False)
        self.pad, self.p = config.pad_token_id, config.hidden_dropout_prob

    @staticmethod
    def table(width, rows, std):
        table = nn.Embedding(rows, width)
        table.weight = nn.Parameter(std * torch.randn_like(table.weight))
        return table

    def forward(self, input_ids, token_type_ids=None):
        B, T = input_ids.shape
        if T > self.places.numel():
            raise ValueError(f"there is no position for token {self.places.numel()}")
        V, P = self.word_embeddings.num_embeddings, self.position_embeddings.num_embeddings
        types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        long = torch.cat(
            [self.word_embeddings.weight, self.position_embeddings.weight, self.token_type_embeddings.weight]
        )
        rows = torch.stack([input_ids, V + self.places[:T].expand(B, T), V + P + types], dim=-1)
        x = F.embedding(rows, long.double(), padding_idx=self.pad).sum(dim=2)
        x = self.LayerNorm(x).to(long.dtype)
        if not self.training:
            return x
        kept = torch.rand(x.shape, device=x.device) >= self.p
        return torch.where(kept, x, 0) * (1 / (1 - self.p) if self.p < 1 else 0)
