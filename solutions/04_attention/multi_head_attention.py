r"""# Multi-head attention

One attention gives each token one weighted mean of what the others offer. But a token may need several things at once:
the verb it belongs to, and the noun that an "it" stands for. Multi-head attention runs H small attentions side by side,
each on its own slice of the features, with its own weights, and mixes what they found.

$$\operatorname{MultiHead}(Q, K, V) = \operatorname{Concat}(\text{head}_1, \dots, \text{head}_H)\, W^O, \qquad
\text{head}_i = \operatorname{softmax}\!\left(\frac{Q_i K_i^\top}{\sqrt d}\right) V_i$$

Here $Q_i$, $K_i$ and $V_i$ are the slices of head i: three linear layers project query, key and value, each
from width D to width D, and head i takes features $i d$ to $(i + 1) d - 1$ of the results, counted from 0. A head has the
width d = D / H, and it is this d that the scores are scaled by. The heads are put side by side again in the same order,
which gives the width D, and a last linear layer mixes them.

**Write** `class MultiHeadAttention(nn.Module)`.

- `__init__(d_model, num_heads, bias=True)` makes four layers, each an `nn.Linear` from `d_model` to `d_model`: `q_proj`,
  `k_proj`, `v_proj` and `out_proj`. All four have a bias, or none, as `bias` says. The module has no other parameters or
  buffers.
- Raise `ValueError` there if the width cannot be divided evenly among the heads.
- `forward(query, key=None, value=None, mask=None)` takes a query (B, T, D) and a key and a value (B, S, D). It returns
  the output (B, T, D) and nothing else.
- `key=None` means the query: self-attention. `value=None` means the key: cross-attention, to the tokens of another
  sequence, needs only `key`. The three may be different tensors, too, and S another number than T.
- `mask` is boolean, True where a query may attend to a key. It is (T, S), (B, T, S) or (B, 1, T, S), and in each case all
  heads have the same mask. Any of its axes may have length 1 and is then stretched, as always in torch: (B, 1, 1, S) hides
  padding. Think of a batch with as many sequences as there are heads.
- A query that may attend to nothing gets zeros from all heads. So its output is the bias of `out_proj`, or zeros if there
  is none, and all gradients stay finite.
- The output has the dtype of the inputs, and the arguments are left as they are. A softmax in float32 is welcome for
  inputs in half precision, but float64 must not be rounded to it.
- Do without torch's own attention. Its `softmax` may be used.

Example: D = 4, H = 2, and four layers that change nothing (the identity, no bias). The query (√2 log 3, 0, 0, 0) meets
the keys (1, 0, 2, 4) and (0, 1, 6, 0), which are the values, too. In head 0 the query is (√2 log 3, 0), its scores are log 3
and 0, its weights 3/4 and 1/4, and it finds (3/4, 1/4). In head 1 the query is (0, 0), both weights are 1/2, and it
finds (4, 2). The output is (3/4, 1/4, 4, 2).

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.2.2.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    """Attention in `num_heads` slices of the features at once.

    >>> attention = MultiHeadAttention(d_model=4, num_heads=2)
    >>> attention(torch.zeros(1, 3, 4)).shape
    torch.Size([1, 3, 4])
    >>> attention(torch.zeros(1, 3, 4), key=torch.zeros(1, 5, 4), mask=torch.ones(3, 5, dtype=torch.bool)).shape
    torch.Size([1, 3, 4])
    >>> sorted(name for name, _ in MultiHeadAttention(4, 2, bias=False).named_parameters())
    ['k_proj.weight', 'out_proj.weight', 'q_proj.weight', 'v_proj.weight']
    """

    q_proj: nn.Linear
    k_proj: nn.Linear
    v_proj: nn.Linear
    out_proj: nn.Linear

    def __init__(self, d_model: int, num_heads: int, bias: bool = True):
        """Make the four layers.

        Raises:
            ValueError: `d_model` is not a multiple of `num_heads`.
        """
        super().__init__()
        ### BEGIN SOLUTION
        if d_model % num_heads:
            raise ValueError(f"a width of {d_model} cannot be divided evenly among {num_heads} heads")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=bias)
        self.k_proj = nn.Linear(d_model, d_model, bias=bias)
        self.v_proj = nn.Linear(d_model, d_model, bias=bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=bias)
        ### END SOLUTION

    def forward(
        self,
        query: Float[Tensor, "B T D"],
        key: Float[Tensor, "B S D"] | None = None,
        value: Float[Tensor, "B S D"] | None = None,
        mask: Bool[Tensor, "#T #S"] | Bool[Tensor, "#B #T #S"] | Bool[Tensor, "#B 1 #T #S"] | None = None,
    ) -> Float[Tensor, "B T D"]:
        """What each query takes in from the values it may attend to.

        >>> attention = MultiHeadAttention(4, 2, bias=False)
        >>> for layer in attention.children():
        ...     _ = nn.init.eye_(layer.weight)
        >>> query = torch.tensor([[[math.sqrt(2) * math.log(3), 0.0, 0.0, 0.0]]])
        >>> key = torch.tensor([[[1.0, 0.0, 2.0, 4.0], [0.0, 1.0, 6.0, 0.0]]])
        >>> attention(query, key).detach()
        tensor([[[0.7500, 0.2500, 4.0000, 2.0000]]])
        >>> attention(query, key, mask=torch.tensor([[False, True]])).detach()
        tensor([[[0., 1., 6., 0.]]])
        """
        ### BEGIN SOLUTION
        key = query if key is None else key
        value = key if value is None else value
        q = self.q_proj(query).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, T, d)
        k = self.k_proj(key).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, S, d)
        v = self.v_proj(value).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, S, d)
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # (B, H, T, S)
        if mask is not None:
            if mask.dim() == 3:
                mask = mask.unsqueeze(1)  # (B, 1, T, S): the same for all heads
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)  # as good as -inf, without its NaN
        weights = scores.softmax(dim=-1)  # (B, H, T, S)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)  # of use to a query that may attend to nothing
        found = weights @ v  # (B, H, T, d)
        return self.out_proj(found.transpose(1, 2).flatten(2))  # (B, T, D)
        ### END SOLUTION
