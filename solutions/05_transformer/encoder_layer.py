r"""# The encoder layer

A Transformer's encoder is one layer, many times over. The layer has two parts. In the first, attention, every token
takes in something from the others. In the second, the feed-forward network, each token is worked on by itself. Around
each part there is a residual connection, which adds what went in to what comes out, so that a part only has to say what
should change. And there is a layer norm, which keeps the numbers in a range in which training works.

Where the norm stands has changed over the years. In the paper it comes last, after the sum (post-norm). With the input
$x$, attention $A$, feed-forward network $F$, and two layer norms $N_1$ and $N_2$:

$$h = N_1(x + A(x)) \qquad y = N_2(h + F(h))$$

Most later models put it first, before the part (pre-norm), so that the residual path from the first layer to the last
stays free, and deep models are easier to train:

$$h = x + A(N_1(x)) \qquad y = h + F(N_2(h))$$

**Write** `class EncoderLayer(nn.Module)`, for sequences x (B, T, D).

- `__init__(d_model, num_heads, d_ff, dropout=0.0, norm_first=False)`. D = `d_model` is a multiple of `num_heads`.
  `norm_first` says whether it is a pre-norm layer.
- `self_attn` is the attention, with the layers `q_proj`, `k_proj`, `v_proj` and `out_proj`, all four from D to D, with
  a bias.
- `feed_forward` is $F(h) = W_2 \max(0, W_1 h + b_1) + b_2$, with the layers `up`, from D to `d_ff`, and `down`, back to
  D.
- `norm1` and `norm2` are the layer norms before or after attention and feed-forward network. Each has a `weight` (D,),
  which begins with ones, and a `bias` (D,), which begins with zeros. They divide by $\sqrt{\sigma^2 + 10^{-5}}$, where
  $\sigma^2$ is the mean squared distance of a token's D features from their mean.
- The layer has no other parameters or buffers.
- `forward(x, mask=None)` returns y (B, T, D). `mask` is as in multi-head attention: boolean, True where a query **may**
  attend to a key; (T, T), (B, T, T) or (B, 1, T, T), the same for all heads, and an axis of length 1 is stretched. A
  query that may attend to nothing finds zeros in all heads, so that its attention is the bias of `out_proj`, and
  gradients stay finite.
- In training mode, what attention gives, and what the feed-forward network gives, is put through dropout with
  probability `dropout`, before x or h is added to it. That is where the paper has it. In evaluation mode nothing is
  dropped. Beware: torch's own layer drops attention weights and hidden units of the feed-forward network as well. Here
  these are left alone.
- `load_torch(layer)` takes over the weights of an `nn.TransformerEncoderLayer` of the same sizes and dtype: afterwards
  both layers compute the same. There the parts are `self_attn`, `linear1`, `linear2`, `norm1` and `norm2`, and the
  three projections are in one: `self_attn.in_proj_weight` (3D, D) has the weight of the query in its first D rows, then
  that of the key, then that of the value; `self_attn.in_proj_bias` (3D,) likewise. The numbers are copied: `layer`
  stays as it is, and whoever changes it later does not change this one. All parameters can be trained afterwards.
- Beware: in the masks of torch's own layers a True **hides**. That concerns whoever compares, and not the weights.
- A float64 layer computes in float64, its softmax and its norms, too. x and mask are left as they are.
- Do without torch's own layer norm, attention and transformer layers. Its `nn.Linear`, `nn.Dropout`, `softmax` and
  `relu` may be used.

You have written these parts before. Copy them into the file
in place of the three classes that stand there. These show the least that is needed; your own may be able to do more.
Look at the order of its arguments: it is safest to hand over the mask by its name, `mask=mask`. What is graded is
`EncoderLayer` alone.

Example: D = 2, all weights of the linear layers are 0, and so are their biases, but for (2, 0) in `out_proj` and (0, 4)
in `down`. The token is (3, 1). Post-norm: (3, 1) + (2, 0) = (5, 1), which the norm makes (1, -1). Then (1, -1) + (0, 4)
= (1, 3), which becomes (-1, 1). Pre-norm: (3, 1) + (2, 0) + (0, 4) = (5, 5).

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.1, "Encoder", sections 3.3 and 5.4 ("Residual
Dropout"). Pre-norm: Xiong et al., *On Layer Normalization in the Transformer Architecture* (2020), section 3.2, table
1."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

Mask = Bool[Tensor, "#T #T"] | Bool[Tensor, "#B #T #T"] | Bool[Tensor, "#B 1 #T #T"]


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
    """A part: attention in several heads, from each token to all that the mask allows."""

    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B T D"], mask: Mask | None = None) -> Float[Tensor, "B T D"]:
        """What each token takes in from those it may attend to."""
        ### BEGIN SOLUTION
        q = self.q_proj(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, T, d)
        k = self.k_proj(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, T, d)
        v = self.v_proj(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, T, d)
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # (B, H, T, T)
        if mask is not None:
            if mask.dim() == 3:
                mask = mask.unsqueeze(1)  # (B, 1, T, T): the same for all heads
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)  # as good as -inf, without its NaN
        weights = scores.softmax(dim=-1)  # (B, H, T, T)
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


class EncoderLayer(nn.Module):
    """Attention and a feed-forward network, each with a residual connection and a layer norm.

    >>> layer = EncoderLayer(d_model=4, num_heads=2, d_ff=8)
    >>> layer(torch.zeros(1, 3, 4)).shape
    torch.Size([1, 3, 4])
    >>> [name for name, _ in layer.named_parameters() if "norm" in name]
    ['norm1.weight', 'norm1.bias', 'norm2.weight', 'norm2.bias']
    """

    def __init__(self, d_model: int, num_heads: int, d_ff: int, dropout: float = 0.0, norm_first: bool = False):
        """Make the two parts and their norms."""
        super().__init__()
        ### BEGIN SOLUTION
        self.norm_first = norm_first
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1 = LayerNorm(d_model)
        self.norm2 = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B T D"], mask: Mask | None = None) -> Float[Tensor, "B T D"]:
        """Each token, after it has looked at the others and been worked on.

        >>> for norm_first in [False, True]:
        ...     layer = EncoderLayer(d_model=2, num_heads=1, d_ff=3, norm_first=norm_first)
        ...     for part in [layer.self_attn, layer.feed_forward]:
        ...         for parameter in part.parameters():
        ...             _ = nn.init.zeros_(parameter)
        ...     layer.self_attn.out_proj.bias.data = torch.tensor([2.0, 0.0])
        ...     layer.feed_forward.down.bias.data = torch.tensor([0.0, 4.0])
        ...     print(layer(torch.tensor([[[3.0, 1.0]]])).detach())
        tensor([[[-1.0000,  1.0000]]])
        tensor([[[5., 5.]]])
        """
        ### BEGIN SOLUTION
        if self.norm_first:
            h = x + self.dropout(self.self_attn(self.norm1(x), mask))  # (B, T, D)
            return h + self.dropout(self.feed_forward(self.norm2(h)))  # (B, T, D)
        h = self.norm1(x + self.dropout(self.self_attn(x, mask)))  # (B, T, D)
        return self.norm2(h + self.dropout(self.feed_forward(h)))  # (B, T, D)
        ### END SOLUTION

    def load_torch(self, layer: nn.TransformerEncoderLayer) -> None:
        """Take over the weights of torch's own layer.

        >>> ours, theirs = EncoderLayer(4, 2, 8), nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
        >>> ours.load_torch(theirs)
        >>> x = torch.tensor([[[3.0, 1.0, 2.0, 0.0], [0.0, 1.0, 0.0, 5.0]]])
        >>> torch.allclose(ours(x), theirs(x), atol=1e-6)
        True
        """
        ### BEGIN SOLUTION
        projections = [self.self_attn.q_proj, self.self_attn.k_proj, self.self_attn.v_proj]
        weights, biases = layer.self_attn.in_proj_weight.chunk(3), layer.self_attn.in_proj_bias.chunk(3)
        with torch.no_grad():
            for projection, weight, bias in zip(projections, weights, biases, strict=True):
                projection.weight.copy_(weight)
                projection.bias.copy_(bias)
        self.self_attn.out_proj.load_state_dict(layer.self_attn.out_proj.state_dict())
        self.feed_forward.up.load_state_dict(layer.linear1.state_dict())
        self.feed_forward.down.load_state_dict(layer.linear2.state_dict())
        self.norm1.load_state_dict(layer.norm1.state_dict())
        self.norm2.load_state_dict(layer.norm2.state_dict())
        ### END SOLUTION
