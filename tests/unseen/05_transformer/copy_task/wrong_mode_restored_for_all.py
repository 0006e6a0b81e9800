"""Wrong: writes in evaluation mode, and afterwards gives every part of the model the mode that the whole had."""

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
    tgt = torch.cat([torch.full_like(src[:, :1], bos_id), src[:, :-1]], dim=1)
    logits = model(src, tgt, src_mask)
    real = src_mask.squeeze(1)
    return F.cross_entropy(logits[real], src[real])


@torch.no_grad()
def greedy_decode(model, src, src_mask, max_len, bos_id):
    training = model.training
    model.eval()
    memory = model.encode(src, src_mask)
    rows = torch.full((src.shape[0], 1), bos_id, dtype=torch.int64, device=src.device)
    while rows.shape[1] < max_len:
        logits = model.out_proj(model.decode(rows, memory, src_mask)[:, -1])
        rows = torch.cat([rows, logits.argmax(dim=-1, keepdim=True)], dim=1)
    model.train(training)
    return rows


def draw(generator, rows):
    lengths = torch.randint(3, 7, (rows, 1), generator=generator)
    real = torch.arange(6) < lengths
    symbols = torch.randint(2, 10, (rows, 6), generator=generator)
    return symbols.masked_fill(~real, 0), real.unsqueeze(1)


def train_copy(seed, device, steps):
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SmallTransformer(vocab_size=10)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.012)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.012 * (1 - step / steps)
        src, mask = (x.to(device) for x in draw(generator, 64))
        optimizer.zero_grad()
        copy_loss(model, src, mask, bos_id=1).backward()
        optimizer.step()
    return model
