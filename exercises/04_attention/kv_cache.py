r"""# Attention with a key-value cache

A language model writes one token at a time. Each new token attends to all before it, so their keys and values are
needed again at every step. But these never change: in causal attention no token depends on a later one. So they are
computed once and kept, in a cache, and a step has only its own token to project. Without a cache, the step for token
1000 would compute the keys and values of 999 tokens once more.

Let the cache hold the keys and values of S tokens, and let T new tokens come in. They make T queries, keys and values.
The new keys and values are put behind the old ones, which gives S + T, and new token t, counted from 0, attends to
the S + t tokens before it and to itself:

$$\text{head}_t =
\operatorname{softmax}\!\left(\frac{q_t\, [k_0, \dots, k_{S + t}]}{\sqrt d}\right) [v_0, \dots, v_{S + t}]^\top$$

All S + T keys and values are the cache for the next call.

**Write** `class CachedAttention(nn.Module)`, causal self-attention with H heads of width d = D / H.

- `__init__(d_model, num_heads)` makes four layers, each an `nn.Linear` from `d_model` to `d_model` without bias:
  `q_proj`, `k_proj`, `v_proj` and `out_proj`. The module has no other parameters or buffers. A further argument
  `bias=False` is welcome, but not asked for.
- Raise `ValueError` there if the width cannot be divided evenly among the heads. As in multi-head attention, head i has
  features $i d$ to $(i + 1) d - 1$, counted from 0.
- `forward(x, cache=None)` takes the new tokens (B, T, D), and returns `(out, cache)`: the output (B, T, D) for the new
  tokens only, and the cache for the next call.
- A cache is a pair (k, v) of keys and values, each (B, H, S, d), oldest first. `None` means that there are no tokens
  yet.
- However a sequence is cut into pieces, the outputs are those of the whole sequence in one call. A piece may have any
  length, the first and the later ones.
- The module itself remembers nothing from call to call: all that is kept is in the cache. The cache that is handed in
  is left as it is, so that one beginning may be continued in several ways.
- Gradients flow through the cache, too, to what it was made from.
- A call projects the new tokens only, and computes scores for the new queries only: (T, S + T) for each head.
- The output and the cache have the dtype of the inputs. A softmax in float32 is welcome for inputs in half precision,
  but float64 must not be rounded to it.
- Do without torch's own attention. Its `softmax` may be used.

Example: a prompt of 5 tokens gives a cache of 5 keys and values. The next token comes in alone, (B, 1, D), attends to 6
keys, and gives a cache of 6.

Source: Shazeer, *Fast Transformer Decoding: One Write-Head is All You Need* (2019), section 2.4, "Multihead Attention
(Incremental)".
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

Cache = tuple[Float[Tensor, "B H S d"], Float[Tensor, "B H S d"]]


class CachedAttention(nn.Module):
    """Causal multi-head self-attention that takes a sequence in pieces.

    >>> attention = CachedAttention(d_model=4, num_heads=2)
    >>> out, (k, v) = attention(torch.zeros(1, 5, 4))
    >>> k.shape
    torch.Size([1, 2, 5, 2])
    >>> out, (k, v) = attention(torch.zeros(1, 1, 4), (k, v))
    >>> out.shape, k.shape
    (torch.Size([1, 1, 4]), torch.Size([1, 2, 6, 2]))
    """

    q_proj: nn.Linear
    k_proj: nn.Linear
    v_proj: nn.Linear
    out_proj: nn.Linear

    def __init__(self, d_model: int, num_heads: int):
        """Make the four layers.

        Raises:
            ValueError: `d_model` is not a multiple of `num_heads`.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T D"], cache: Cache | None = None) -> tuple[Float[Tensor, "B T D"], Cache]:
        """What each new token takes in from those before it and from itself, and the cache for the next call.

        >>> attention = CachedAttention(1, 1)
        >>> for layer in attention.children():
        ...     _ = nn.init.ones_(layer.weight)
        >>> _ = nn.init.zeros_(attention.q_proj.weight)  # scores of 0: the mean of all so far
        >>> out, cache = attention(torch.tensor([[[1.0], [3.0]]]))
        >>> out.flatten().tolist()
        [1.0, 2.0]
        >>> out, cache = attention(torch.tensor([[[8.0]]]), cache)
        >>> out.flatten().tolist()
        [4.0]
        """
        # YOUR CODE HERE
        raise NotImplementedError
