r"""# The copy task

The first thing to ask of a new Transformer: give it a row of random tokens, and let it write the same row. There is nothing to
learn by heart, so it has to find out what attention is for: to write token t, look at token t of the source. That takes seconds to
learn. If it does not, something is wrong with a mask, the positions or the shift, and no larger data set will mend it.

In training the decoder is given the right tokens so far, whatever it would have written itself (teacher forcing). So all places
can be computed at once: it gets the target **moved on by one place**, behind a token for the beginning (bos), and is to say the target.

$$\text{decoder's input: } (\texttt{bos}, x_1, \dots, x_{S - 1}), \qquad \text{target: } (x_1, x_2, \dots, x_S)$$

Given $x_t$ itself at place t, it would pass that on, and learn nothing of the source. When it is used, nobody gives it the right
tokens: it goes on from those that it has chosen, one at a time.

**Write** three functions. In all of them `src` is int64 (B, S), and `src_mask` boolean (B, 1, S), true at real tokens; each row
begins with a real token, and its padding is at its end. `model` has what your `Transformer` has: `encode(src, src_mask)` gives the
memory (B, S, D), `decode(tgt, memory, src_mask)` the hidden states (B, T, D), in which no token sees a later one, `out_proj` makes
logits of these, and `model(src, tgt, src_mask)` does all in one. Ask nothing else of it.

`copy_loss(model, src, src_mask, bos_id)` is the loss of copying `src` under teacher forcing.

- It is the mean of $-\log \operatorname{softmax}(z_t)_{x_t}$ over all real tokens of the batch, with $z_t$ the logits at place t.
- Padding is no target, and no part of the source: the model is given `src_mask` wherever it takes one.
- Gradients reach all parameters, the encoder's through the memory. `src` and the mask stay as they are.

`greedy_decode(model, src, src_mask, max_len, bos_id)` lets the model write, and returns int64 (B, `max_len`).

- Each row begins with `bos_id`, which counts as one of `max_len`. Each further token is the one of the largest logit behind those
  before it. With `max_len=1` there is nothing but `bos_id`. The result is on the device of `src`.
- Nothing ends a row early: the caller cuts off what is too much.
- The source is encoded once, for all rows and all steps. Then the model decodes once for each new token, for all rows together.
- No graph is recorded. In which mode the model is, is the caller's choice: leave it as it is.

`train_copy(seed, device, steps)` makes a model, trains it for so many steps, and returns it.

- Of the ids, 0 is padding, 1 is bos, and 2 to 9 are eight symbols. A source has 3 to 6 symbols, each drawn by itself, and is
  padded with 0 to six places. All lengths and all symbols are equally likely.
- The model is an `nn.Module`, on `device` with all its parts, and gives 10 logits a place. `steps=0` gives it as it was made.
- The same arguments give the same model, bit for bit (on a GPU but for rounding), whatever was drawn before. Another seed gives
  another one.
- Which model it is, and how it is trained, is yours to choose. `SmallTransformer`, below, is there to be used. It is made of torch's
  layers, so that what goes wrong is of this exercise. Then put your own in its place, and see it learn. Mind how that begins:
  `nn.Embedding` draws numbers of standard deviation 1. Multiplied by √D they drown the positions that are added, and the model takes
  long to find these. With 1/√D they do not.

The tests train with `steps=120`, and have the model copy sources that it has not seen, with a decoder of their own. **At least 48 %
of the sources have to be copied without a fault.** Batches of 64 and Adam reach 99 % with a rate that falls from 0.012 to 0 in
a straight line, and from 60 to 99 % with a constant rate of 0.01. A training may take 5 seconds. Without a step, at most 5 % may be
right.

Example: the source [5, 7, 4, 0] with the mask [True, True, True, False] gives the decoder the input [1, 5, 7, 4]. At its first
three places it is to say 5, 7 and 4. What it says at the fourth counts for nothing.

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.1 for the decoder's input, 3.4 for the scale of embeddings;
Graves, Wayne and Danihelka, *Neural Turing Machines* (2014), section 4.1, for the copy task.
"""

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


def copy_loss(
    model: nn.Module, src: Int64[Tensor, "B S"], src_mask: Bool[Tensor, "B 1 S"], bos_id: int
) -> Float[Tensor, ""]:
    """The mean loss of a source's real tokens, each told from those before it.

    >>> model = SmallTransformer(vocab_size=10)
    >>> model.out_proj = nn.Linear(32, 10).requires_grad_(False)
    >>> model.out_proj.weight[:], model.out_proj.bias[:] = 0.0, 0.0  # all tokens are equally likely
    >>> loss = copy_loss(model, torch.tensor([[5, 7, 4, 0]]), torch.tensor([[[True, True, True, False]]]), bos_id=1)
    >>> print(f"{loss:.4f}")  # log 10
    2.3026
    """
    ### BEGIN SOLUTION
    bos = torch.full_like(src[:, :1], bos_id)  # (B, 1)
    tgt = torch.cat([bos, src[:, :-1]], dim=1)  # (B, S)
    logits = model(src, tgt, src_mask)  # (B, S, V)
    real = src_mask.squeeze(1)  # (B, S)
    return F.cross_entropy(logits[real], src[real])  # ()
    ### END SOLUTION


def greedy_decode(
    model: nn.Module, src: Int64[Tensor, "B S"], src_mask: Bool[Tensor, "B 1 S"], max_len: int, bos_id: int
) -> Int64[Tensor, "B max_len"]:
    """Rows that the model writes, each token the most likely one behind those before it.

    >>> model = SmallTransformer(vocab_size=10)
    >>> model.out_proj = nn.Linear(32, 10).requires_grad_(False)
    >>> model.out_proj.weight[:], model.out_proj.bias[7] = 0.0, 9.0  # always 7
    >>> greedy_decode(model, torch.tensor([[5, 2]]), torch.tensor([[[True, True]]]), max_len=4, bos_id=1)
    tensor([[1, 7, 7, 7]])
    """
    ### BEGIN SOLUTION
    tgt = torch.full_like(src[:, :1], bos_id)  # (B, 1)
    with torch.no_grad():
        memory = model.encode(src, src_mask)  # (B, S, D)
        while tgt.shape[1] < max_len:
            hidden = model.decode(tgt, memory, src_mask)[:, -1]  # (B, D)
            next_ids = model.out_proj(hidden).argmax(dim=-1, keepdim=True)  # (B, 1)
            tgt = torch.cat([tgt, next_ids], dim=1)  # (B, t + 1)
    return tgt
    ### END SOLUTION


def train_copy(seed: int, device: str | torch.device, steps: int) -> nn.Module:
    """Train a model to copy 3 to 6 symbols.

    >>> model = train_copy(seed=0, device="cpu", steps=1)
    >>> model(torch.tensor([[5, 7, 4]]), torch.tensor([[1, 5, 7]]), torch.ones(1, 1, 3, dtype=torch.bool)).shape
    torch.Size([1, 3, 10])
    """
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    model = SmallTransformer(vocab_size=10).to(device)
    optimizer = torch.optim.Adam(model.parameters())
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.012 * (1 - step / steps)  # the last steps are the smallest
        lengths = torch.randint(3, 7, (64, 1))  # (B, 1)
        src_mask = torch.arange(6) < lengths  # (B, S)
        src = torch.randint(2, 10, (64, 6)) * src_mask  # (B, S), 0 at padding
        loss = copy_loss(model, src.to(device), src_mask.unsqueeze(1).to(device), bos_id=1)  # ()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
    ### END SOLUTION
