"""Right: the loss goes row by row, without the padding behind it, and training takes torch's own schedule."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn


class SmallTransformer(nn.Module):
    """A Transformer of one encoder layer and one decoder layer, made of torch's. Use it as it is."""

    def __init__(self, vocab_size: int, d_model: int = 32, d_ff: int = 64, max_len: int = 32):
        super().__init__()
        self.src_embedding = nn.Embedding(vocab_size, d_model)
        self.tgt_embedding = nn.Embedding(vocab_size, d_model)
        self.encoder = nn.TransformerEncoderLayer(d_model, 1, d_ff, dropout=0.0, batch_first=True)
        self.decoder = nn.TransformerDecoderLayer(d_model, 1, d_ff, dropout=0.0, batch_first=True)
        self.out_proj = nn.Linear(d_model, vocab_size)
        for table in (self.src_embedding, self.tgt_embedding):
            nn.init.normal_(table.weight, std=d_model**-0.5)
        angles = torch.arange(max_len).unsqueeze(1) / 10000 ** (torch.arange(0, d_model, 2) / d_model)  # (L, D/2)
        positions = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)  # (L, D)
        self.register_buffer("positions", positions, persistent=False)

    def embed(self, table: nn.Embedding, ids: Int64[Tensor, "B T"]) -> Float[Tensor, "B T D"]:
        """The vector of each token, together with its position."""
        return math.sqrt(table.embedding_dim) * table(ids) + self.positions[: ids.shape[1]]

    def encode(self, src: Int64[Tensor, "B S"], src_mask: Bool[Tensor, "B 1 S"]) -> Float[Tensor, "B S D"]:
        """The memory: a vector for each token of the source."""
        return self.encoder(self.embed(self.src_embedding, src), src_key_padding_mask=~src_mask.squeeze(1))

    def decode(
        self, tgt: Int64[Tensor, "B T"], memory: Float[Tensor, "B S D"], src_mask: Bool[Tensor, "B 1 S"]
    ) -> Float[Tensor, "B T D"]:
        """The hidden states of the target's tokens, of which none sees a later one."""
        x = self.embed(self.tgt_embedding, tgt)
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)  # (T, T): true hides
        return self.decoder(x, memory, tgt_mask=later, memory_key_padding_mask=~src_mask.squeeze(1))

    def forward(
        self, src: Int64[Tensor, "B S"], tgt: Int64[Tensor, "B T"], src_mask: Bool[Tensor, "B 1 S"]
    ) -> Float[Tensor, "B T V"]:
        """The logits of the token that follows each of the target's."""
        return self.out_proj(self.decode(tgt, self.encode(src, src_mask), src_mask))


def copy_loss(model, src, src_mask, bos_id):
    begin = torch.full((1, 1), bos_id, dtype=src.dtype, device=src.device)
    losses = []
    for ids, mask in zip(src, src_mask, strict=True):
        row = ids[mask[0]].unsqueeze(0)
        logits = model(row, torch.cat([begin, row[:, :-1]], dim=1), torch.ones_like(row, dtype=torch.bool).unsqueeze(1))
        losses.append(F.cross_entropy(logits[0], row[0], reduction="none"))
    return torch.cat(losses).mean()


@torch.no_grad()
def greedy_decode(model, src, src_mask, max_len, bos_id):
    memory = model.encode(src, src_mask)
    rows = torch.full((src.shape[0], 1), bos_id, dtype=torch.int64, device=src.device)
    while rows.shape[1] < max_len:
        logits = model.out_proj(model.decode(rows, memory, src_mask)[:, -1])
        rows = torch.cat([rows, logits.argmax(dim=-1, keepdim=True)], dim=1)
    return rows


def train_copy(seed, device, steps):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = SmallTransformer(vocab_size=10).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.012, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / max(steps, 1))
    for _ in range(steps):
        src = torch.randint(2, 10, (64, 6))
        real = torch.arange(6) < torch.randint(3, 7, (64, 1))
        src, real = src.where(real, 0).to(device), real.to(device)
        tgt = F.pad(src[:, :-1], (1, 0), value=1)
        logits = model(src, tgt, real.unsqueeze(1))
        loss = F.cross_entropy(logits.transpose(1, 2), src.masked_fill(~real, -100))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    torch.set_rng_state(state)
    return model
