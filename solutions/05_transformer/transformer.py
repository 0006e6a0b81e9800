r"""# The Transformer

All parts together: the model of "Attention Is All You Need", which translates a source sequence into a target sequence.
The encoder reads the source, and makes a vector of each of its tokens that knows of all the others: the memory. The
decoder gets the target so far, looks at the memory, and says for each position which token comes next. In training it
gets the whole target at once, and a causal mask keeps each position from seeing what it is to predict.

Both begin in the same way. The vector $E_{w}$ of token w at position t is multiplied by $\sqrt D$, and the sinusoidal
encoding of the position is added:

$$x_t = \sqrt D \, E_{w_t} + P_t,
\qquad P_{t, 2i} = \sin\frac{t}{10000^{2i / D}}, \quad P_{t, 2i + 1} = \cos\frac{t}{10000^{2i / D}}$$

Then come $N$ encoder layers, one after the other, or $N$ decoder layers, each of which looks at the same memory, the
output of the last encoder layer. A linear layer makes logits of what the last decoder layer gives.

**Write** `class Transformer(nn.Module)`, with widths D = `d_model`, which is even and a multiple of `num_heads`.

- `__init__(src_vocab, tgt_vocab, d_model=512, num_heads=8, num_layers=6, d_ff=2048, dropout=0.1, max_len=512)`
- `src_embedding` and `tgt_embedding` are each an `nn.Embedding`, from `src_vocab` and `tgt_vocab` tokens to D: two tables,
  also where both have as many tokens. Every id
  has a vector that learns, id 0 as well: nothing here knows which id is the padding.
- `encoder_layers` is an `nn.ModuleList` of N = `num_layers` encoder layers, in the paper's order (post-norm). Each has,
  as in that exercise, `self_attn` (`q_proj`, `k_proj`, `v_proj`, `out_proj`), `feed_forward` (`up`, `down`, with a ReLU
  between them), `norm1` and `norm2`.
- `decoder_layers` is an `nn.ModuleList` of N decoder layers, post-norm. Each has `self_attn`, `cross_attn`,
  `feed_forward`, `norm1`, `norm2` and `norm3`.
- `out_proj` is an `nn.Linear` with a bias, from D to `tgt_vocab`. (In the paper it shares its weight with the
  embeddings. Here it has its own.)
- All linear layers have biases. The norms begin with weights of one and biases of zero, and add 1e-5 to the variance,
  under the root. Each layer begins with random numbers of its own. How the others begin is yours to choose.
- These are all parameters. The positions are no parameter, and not in the `state_dict` either.
- `encode(src, src_mask=None)` takes ids (B, S) and returns the memory (B, S, D).
- `decode(tgt, memory, src_mask=None, tgt_mask=None)` takes ids (B, T) and the memory (B, S, D). It returns the hidden
  states (B, T, D) of the last layer, not the logits.
- `forward(src, tgt, src_mask=None, tgt_mask=None)` encodes, decodes and returns the logits (B, T, `tgt_vocab`), before
  any softmax.
- In the decoder's self-attention a token never sees a later one: `decode` hides them, whether there is a `tgt_mask` or
  not.
- Masks are boolean and say by True who **may** be attended to. (In torch's own layers True hides.) `src_mask` is (B, 1,
  S) or (B, 1, 1, S), as `padding_mask` gives it, and tells which tokens of the source are real. It holds wherever the
  source is attended to: in the encoder, and in the decoder's cross-attention. `tgt_mask` is (T, T), (B, T, T), (B, 1,
  T) or (B, 1, T, T), and hides more than the later tokens.
- A query that may attend to nothing finds zeros in all heads, as in multi-head attention.
- In training mode there is dropout with probability `dropout` on the sum of embedding and position, and in each layer
  on what its parts give, before it is added. In evaluation mode nothing is dropped. Beware: torch's layers drop in more
  places.
- A sequence longer than `max_len` is refused with a `ValueError`, by whichever method it is given to.
- With `num_layers=0` what `encode` and `decode` give is the sum of embedding and position.
- There is no norm after the last layer. Beware: `nn.Transformer` has one.
- src, tgt and the masks are left as they are. Gradients reach all parameters, the encoder's through the memory.
- Do without torch's own layer norm, attention and transformer layers. Its `nn.Linear`, `nn.Embedding`, `nn.Dropout`,
  `softmax` and `relu` may be used.

You have written all these parts before. Copy them into the file in place of what stands there, or write them anew, from
a blank page: it is the best exercise of all. What is graded is `Transformer` alone; `embed` need not be there.

Example: D = 4, and the vector of token 5 is (1, 0, 0, 0). At position 1 it becomes √4 · (1, 0, 0, 0) + (sin 1, cos 1,
sin 0.01, cos 0.01) = (2.8415, 0.5403, 0.0100, 0.9999).

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3, figure 1, and section 5.4.
"""

import math

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

Mask = Bool[Tensor, "#T #S"] | Bool[Tensor, "#B #T #S"] | Bool[Tensor, "#B 1 #T #S"]


class LayerNorm(nn.Module):
    """A part: mean 0 and variance 1 for each token, then scaled and shifted."""

    def __init__(self, d_model: int, eps: float = 1e-5):
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        """Each token, normalised."""
        ### BEGIN SOLUTION
        centred = x - x.mean(dim=-1, keepdim=True)  # (B, T, D)
        variance = centred.square().mean(dim=-1, keepdim=True)  # (B, T, 1)
        return centred / torch.sqrt(variance + self.eps) * self.weight + self.bias  # (B, T, D)
        ### END SOLUTION


class MultiHeadAttention(nn.Module):
    """A part: attention in several heads, from the tokens of one sequence to those of another, or to each other."""

    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(
        self, query: Float[Tensor, "B T D"], key: Float[Tensor, "B S D"], mask: Mask | None = None
    ) -> Float[Tensor, "B T D"]:
        """What each query takes in from the keys it may attend to, which are the values, too."""
        ### BEGIN SOLUTION
        q = self.q_proj(query).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, T, d)
        k = self.k_proj(key).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, S, d)
        v = self.v_proj(key).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, S, d)
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # (B, H, T, S)
        if mask is not None:
            if mask.dim() == 3:
                mask = mask.unsqueeze(1)  # (B, 1, T, S): the same for all heads
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)  # as good as -inf, without its NaN
        weights = scores.softmax(dim=-1)  # (B, H, T, S)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)  # of use to a query that may attend to nothing
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2))  # (B, T, D)
        ### END SOLUTION


class FeedForward(nn.Module):
    """A part: two linear layers with a ReLU between them, for each token by itself."""

    def __init__(self, d_model: int, d_ff: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        """Each token, worked on by itself."""
        ### BEGIN SOLUTION
        return self.down(self.up(x).relu())  # (B, T, D)
        ### END SOLUTION


def sinusoidal_encoding(length: int, d_model: int) -> Float[Tensor, "T D"]:
    """A part: the encodings of the positions 0 to `length` - 1, one in each row."""
    ### BEGIN SOLUTION
    positions = torch.arange(length, dtype=torch.float64)  # (T,)
    exponents = torch.arange(0, d_model, 2, dtype=torch.float64) / d_model  # (D/2,)
    angles = positions[:, None] / 10000**exponents  # (T, D/2)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()  # (T, D)
    ### END SOLUTION


class EncoderLayer(nn.Module):
    """A part: attention and a feed-forward network, each with a residual connection and a layer norm."""

    def __init__(self, d_model: int, num_heads: int, d_ff: int, dropout: float):
        super().__init__()
        ### BEGIN SOLUTION
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1 = LayerNorm(d_model)
        self.norm2 = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B S D"], mask: Mask | None = None) -> Float[Tensor, "B S D"]:
        """Each token, after it has looked at the others and been worked on."""
        ### BEGIN SOLUTION
        h = self.norm1(x + self.dropout(self.self_attn(x, x, mask)))  # (B, S, D)
        return self.norm2(h + self.dropout(self.feed_forward(h)))  # (B, S, D)
        ### END SOLUTION


class DecoderLayer(nn.Module):
    """A part: self-attention, cross-attention and a feed-forward network, each with what stands around it."""

    def __init__(self, d_model: int, num_heads: int, d_ff: int, dropout: float):
        super().__init__()
        ### BEGIN SOLUTION
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.cross_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1 = LayerNorm(d_model)
        self.norm2 = LayerNorm(d_model)
        self.norm3 = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        memory: Float[Tensor, "B S D"],
        self_mask: Mask | None = None,
        memory_mask: Mask | None = None,
    ) -> Float[Tensor, "B T D"]:
        """Each token, after it has looked at the others and at the memory, and been worked on."""
        ### BEGIN SOLUTION
        h = self.norm1(x + self.dropout(self.self_attn(x, x, self_mask)))  # (B, T, D)
        h = self.norm2(h + self.dropout(self.cross_attn(h, memory, memory_mask)))  # (B, T, D)
        return self.norm3(h + self.dropout(self.feed_forward(h)))  # (B, T, D)
        ### END SOLUTION


class Transformer(nn.Module):
    """An encoder that reads a source sequence, and a decoder that predicts a target sequence, token by token.

    >>> model = Transformer(src_vocab=9, tgt_vocab=7, d_model=4, num_heads=2, num_layers=1, d_ff=8)
    >>> src, tgt = torch.tensor([[1, 2, 3]]), torch.tensor([[1, 2, 3, 4, 5]])
    >>> model(src, tgt).shape
    torch.Size([1, 5, 7])
    >>> model.encode(src).shape, model.decode(tgt, model.encode(src)).shape
    (torch.Size([1, 3, 4]), torch.Size([1, 5, 4]))
    >>> [name for name, _ in model.named_parameters() if "layers" not in name]
    ['src_embedding.weight', 'tgt_embedding.weight', 'out_proj.weight', 'out_proj.bias']
    """

    def __init__(
        self,
        src_vocab: int,
        tgt_vocab: int,
        d_model: int = 512,
        num_heads: int = 8,
        num_layers: int = 6,
        d_ff: int = 2048,
        dropout: float = 0.1,
        max_len: int = 512,
    ):
        """Make all layers."""
        super().__init__()
        ### BEGIN SOLUTION
        sizes = (d_model, num_heads, d_ff, dropout)
        self.src_embedding = nn.Embedding(src_vocab, d_model)
        self.tgt_embedding = nn.Embedding(tgt_vocab, d_model)
        self.encoder_layers = nn.ModuleList(EncoderLayer(*sizes) for _ in range(num_layers))
        self.decoder_layers = nn.ModuleList(DecoderLayer(*sizes) for _ in range(num_layers))
        self.out_proj = nn.Linear(d_model, tgt_vocab)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model), persistent=False)
        ### END SOLUTION

    def embed(self, table: nn.Embedding, ids: Int64[Tensor, "B T"]) -> Float[Tensor, "B T D"]:
        """A part: the vector of each token, together with its position."""
        ### BEGIN SOLUTION
        length, d_model = ids.shape[1], table.embedding_dim
        if length > len(self.positions):
            raise ValueError(f"a sequence of {length} tokens is longer than max_len={len(self.positions)}")
        return self.dropout(math.sqrt(d_model) * table(ids) + self.positions[:length])  # (B, T, D)
        ### END SOLUTION

    def encode(self, src: Int64[Tensor, "B S"], src_mask: Mask | None = None) -> Float[Tensor, "B S D"]:
        """The memory: a vector for each token of the source, which knows of all the others.

        Raises:
            ValueError: the source is longer than `max_len`.

        >>> model = Transformer(src_vocab=9, tgt_vocab=7, d_model=4, num_heads=2, num_layers=0).eval()
        >>> model.src_embedding.weight.data[5] = torch.tensor([1.0, 0.0, 0.0, 0.0])
        >>> model.encode(torch.tensor([[5, 5]])).detach()
        tensor([[[2.0000, 1.0000, 0.0000, 1.0000],
                 [2.8415, 0.5403, 0.0100, 0.9999]]])
        """
        ### BEGIN SOLUTION
        x = self.embed(self.src_embedding, src)  # (B, S, D)
        for layer in self.encoder_layers:
            x = layer(x, src_mask)  # (B, S, D)
        return x
        ### END SOLUTION

    def decode(
        self,
        tgt: Int64[Tensor, "B T"],
        memory: Float[Tensor, "B S D"],
        src_mask: Mask | None = None,
        tgt_mask: Mask | None = None,
    ) -> Float[Tensor, "B T D"]:
        """The hidden state at each position of the target, from which its next token can be told.

        Raises:
            ValueError: the target is longer than `max_len`.
        """
        ### BEGIN SOLUTION
        x = self.embed(self.tgt_embedding, tgt)  # (B, T, D)
        length = tgt.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool, device=tgt.device).tril()  # (T, T)
        self_mask = causal if tgt_mask is None else causal & tgt_mask
        for layer in self.decoder_layers:
            x = layer(x, memory, self_mask, src_mask)  # (B, T, D)
        return x
        ### END SOLUTION

    def forward(
        self,
        src: Int64[Tensor, "B S"],
        tgt: Int64[Tensor, "B T"],
        src_mask: Mask | None = None,
        tgt_mask: Mask | None = None,
    ) -> Float[Tensor, "B T V"]:
        """The logits of the token that follows each position of the target.

        Raises:
            ValueError: source or target is longer than `max_len`.
        """
        ### BEGIN SOLUTION
        memory = self.encode(src, src_mask)  # (B, S, D)
        return self.out_proj(self.decode(tgt, memory, src_mask, tgt_mask))  # (B, T, V)
        ### END SOLUTION
