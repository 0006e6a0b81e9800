r"""# The decoder layer

A decoder writes a sequence token by token, and looks at another one as it does so: at the sentence it translates, as
the encoder has left it, which is called the memory here. So its layer has three parts. In self-attention, its tokens
look at each other. In cross-attention they look at the memory: the queries come from the decoder, keys and values from
the memory. Then the feed-forward network works on each token by itself. Around each part are a residual connection and
a layer norm, as in the encoder layer, and again in one of two orders.

With the input $x$, the memory $m$, self-attention $A$, cross-attention $C$, feed-forward network $F$, and three layer
norms, the layer of the paper (post-norm) is

$$h_1 = N_1(x + A(x)) \qquad h_2 = N_2(h_1 + C(h_1, m)) \qquad y = N_3(h_2 + F(h_2))$$

and that of most later models (pre-norm)

$$h_1 = x + A(N_1(x)) \qquad h_2 = h_1 + C(N_2(h_1), m) \qquad y = h_2 + F(N_3(h_2)).$$

The memory is used as it is. No norm of this layer touches it.

**Write** `class DecoderLayer(nn.Module)`, for sequences x (B, T, D) and memories (B, S, D).

- `__init__(d_model, num_heads, d_ff, dropout=0.0, norm_first=False)`. D = `d_model` is a multiple of `num_heads`.
  `norm_first` says whether it is a pre-norm layer.
- `self_attn` is the self-attention, `cross_attn` the cross-attention. Each has the layers `q_proj`, `k_proj`, `v_proj`
  and `out_proj`, all four from D to D, with a bias.
- `feed_forward` is $F(h) = W_2 \max(0, W_1 h + b_1) + b_2$, with the layers `up`, from D to `d_ff`, and `down`, back to
  D.
- `norm1`, `norm2` and `norm3` are the layer norms, in the order of the parts. Each has a `weight` (D,), which begins
  with ones, and a `bias` (D,), which begins with zeros. They divide by $\sqrt{\sigma^2 + 10^{-5}}$, where $\sigma^2$ is
  the mean squared distance of a token's D features from their mean.
- The layer has no other parameters or buffers.
- `forward(x, memory, self_mask=None, memory_mask=None)` returns y (B, T, D). Both masks are as in multi-head attention:
  boolean, True where a query **may** attend to a key, the same for all heads, and an axis of length 1 is stretched.
  `self_mask` is (T, T), (B, T, T) or (B, 1, T, T), `memory_mask` (T, S), (B, T, S) or (B, 1, T, S). A query that may
  attend to nothing finds zeros in all heads, so that its attention is the bias of `out_proj`, and gradients stay
  finite.
- Each call works with the weights as they are then: what a memory gave before is not kept.
- The layer hides nothing of its own accord. That later tokens are hidden is the caller's wish, and said by `self_mask`.
- In training mode, what each of the three parts gives is put through dropout with probability `dropout`, before what
  went in is added to it. In evaluation mode nothing is dropped. Beware: torch's own layer drops attention weights and
  hidden units of the feed-forward network as well. Here these are left alone.
- `load_torch(layer)` takes over the weights of an `nn.TransformerDecoderLayer` of the same sizes and dtype: afterwards
  both layers compute the same. There the parts are `self_attn`, `multihead_attn` (the cross-attention), `linear1`,
  `linear2`, `norm1`, `norm2` and `norm3`. In both attentions the three projections are in one: `in_proj_weight` (3D, D)
  has the weight of the query in its first D rows, then that of the key, then that of the value; `in_proj_bias` (3D,)
  likewise. The numbers are copied: `layer` stays as it is, and whoever changes it later does not change this one. All
  parameters can be trained afterwards.
- Beware: in the masks of torch's own layers a True **hides**. That concerns whoever compares, and not the weights.
- A float64 layer computes in float64, its softmax and its norms, too. x, memory and masks are left as they are.
- Do without torch's own layer norm, attention and transformer layers. Its `nn.Linear`, `nn.Dropout`, `softmax` and
  `relu` may be used.

You have written these parts before. Copy them into the file in place of
the three classes that stand there. These show the least that is needed; your own may be able to do more. Look at the
order of its arguments: it is safest to hand over the mask by its name, `mask=mask`. What is graded is `DecoderLayer`
alone.

Example: D = 2, all weights of the linear layers are 0, and so are their biases, but for (2, 0) in the `out_proj` of
`self_attn`, (0, 4) in that of `cross_attn`, and (3, 0) in `down`. The token is (3, 1). Post-norm: (3, 1) + (2, 0) = (5,
1), which becomes (1, -1); then (1, -1) + (0, 4) = (1, 3), which becomes (-1, 1); then (-1, 1) + (3, 0) = (2, 1), which
becomes (1, -1). Pre-norm: (3, 1) + (2, 0) + (0, 4) + (3, 0) = (8, 5).

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.1, "Decoder", sections 3.2.3, 3.3 and 5.4
("Residual Dropout"). Pre-norm: Xiong et al., *On Layer Normalization in the Transformer Architecture* (2020), section
3.2."""

import math

import torch
from jaxtyping import Bool, Float
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


class DecoderLayer(nn.Module):
    """Self-attention, cross-attention and a feed-forward network, each with a residual connection and a layer norm.

    >>> layer = DecoderLayer(d_model=4, num_heads=2, d_ff=8)
    >>> layer(torch.zeros(1, 3, 4), torch.zeros(1, 5, 4)).shape
    torch.Size([1, 3, 4])
    >>> [name for name, _ in layer.named_parameters() if "norm" in name]
    ['norm1.weight', 'norm1.bias', 'norm2.weight', 'norm2.bias', 'norm3.weight', 'norm3.bias']
    """

    def __init__(self, d_model: int, num_heads: int, d_ff: int, dropout: float = 0.0, norm_first: bool = False):
        """Make the three parts and their norms."""
        super().__init__()
        ### BEGIN SOLUTION
        self.norm_first = norm_first
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
        """Each token, after it has looked at the others and at the memory, and been worked on.

        >>> for norm_first in [False, True]:
        ...     layer = DecoderLayer(d_model=2, num_heads=1, d_ff=3, norm_first=norm_first)
        ...     for part in [layer.self_attn, layer.cross_attn, layer.feed_forward]:
        ...         for parameter in part.parameters():
        ...             _ = nn.init.zeros_(parameter)
        ...     layer.self_attn.out_proj.bias.data = torch.tensor([2.0, 0.0])
        ...     layer.cross_attn.out_proj.bias.data = torch.tensor([0.0, 4.0])
        ...     layer.feed_forward.down.bias.data = torch.tensor([3.0, 0.0])
        ...     print(layer(torch.tensor([[[3.0, 1.0]]]), torch.zeros(1, 2, 2)).detach())
        tensor([[[ 1.0000, -1.0000]]])
        tensor([[[8., 5.]]])
        """
        ### BEGIN SOLUTION
        if self.norm_first:
            z = self.norm1(x)
            h = x + self.dropout(self.self_attn(z, z, self_mask))  # (B, T, D)
            h = h + self.dropout(self.cross_attn(self.norm2(h), memory, memory_mask))  # (B, T, D)
            return h + self.dropout(self.feed_forward(self.norm3(h)))  # (B, T, D)
        h = self.norm1(x + self.dropout(self.self_attn(x, x, self_mask)))  # (B, T, D)
        h = self.norm2(h + self.dropout(self.cross_attn(h, memory, memory_mask)))  # (B, T, D)
        return self.norm3(h + self.dropout(self.feed_forward(h)))  # (B, T, D)
        ### END SOLUTION

    def load_torch(self, layer: nn.TransformerDecoderLayer) -> None:
        """Take over the weights of torch's own layer.

        >>> ours, theirs = DecoderLayer(4, 2, 8), nn.TransformerDecoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
        >>> ours.load_torch(theirs)
        >>> x, memory = torch.tensor([[[3.0, 1.0, 2.0, 0.0]]]), torch.tensor([[[0.0, 1.0, 0.0, 5.0]]])
        >>> torch.allclose(ours(x, memory), theirs(x, memory), atol=1e-6)
        True
        """
        ### BEGIN SOLUTION
        for own, other in [(self.self_attn, layer.self_attn), (self.cross_attn, layer.multihead_attn)]:
            weights, biases = other.in_proj_weight.chunk(3), other.in_proj_bias.chunk(3)
            with torch.no_grad():
                for projection, weight, bias in zip([own.q_proj, own.k_proj, own.v_proj], weights, biases, strict=True):
                    projection.weight.copy_(weight)
                    projection.bias.copy_(bias)
            own.out_proj.load_state_dict(other.out_proj.state_dict())
        self.feed_forward.up.load_state_dict(layer.linear1.state_dict())
        self.feed_forward.down.load_state_dict(layer.linear2.state_dict())
        self.norm1.load_state_dict(layer.norm1.state_dict())
        self.norm2.load_state_dict(layer.norm2.state_dict())
        self.norm3.load_state_dict(layer.norm3.state_dict())
        ### END SOLUTION
