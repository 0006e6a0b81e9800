"""Right: rows are looked up by products with zeros and ones, and the row of padding is cut off there."""

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
        D = config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, D)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, D)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, D)
        self.LayerNorm = LayerNorm(D, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        for table in (self.word_embeddings, self.position_embeddings, self.token_type_embeddings):
            nn.init.normal_(table.weight, mean=0.0, std=config.initializer_range)
        with torch.no_grad():
            self.word_embeddings.weight[config.pad_token_id] = 0.0
        self.pad = config.pad_token_id

    def forward(self, input_ids, token_type_ids=None):
        words, places, types = (
            layer.weight for layer in (self.word_embeddings, self.position_embeddings, self.token_type_embeddings)
        )
        T = input_ids.size(-1)
        if T > len(places):
            raise ValueError(f"the table has {len(places)} positions, the text {T} tokens")
        is_padding = torch.arange(len(words), device=words.device) == self.pad
        words = torch.where(is_padding[:, None], words.detach(), words)
        x = F.one_hot(input_ids, len(words)).to(words.dtype) @ words + places.narrow(0, 0, T)
        if token_type_ids is None:
            x = types[0] + x
        else:
            x = x + torch.einsum("btk,kd->btd", F.one_hot(token_type_ids, len(types)).to(types.dtype), types)
        return self.dropout(self.LayerNorm(x))
