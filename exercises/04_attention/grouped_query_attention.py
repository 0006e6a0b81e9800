r"""# Grouped-query attention

When a language model writes, it keeps the keys and values of all earlier tokens, for every head of every layer. For
long texts this cache can be larger than the model itself, and reading it takes most of the time. Grouped-query
attention makes it smaller: several heads share the same keys and values, and only the queries are all their own. Llama
3, Mistral and Qwen2 do so.

There are H heads for the queries and G heads for the keys and values, and H is a multiple of G. All heads have the
width d = D / H. With r = H / G, the first r query heads share key and value head 0, the next r share head 1, and so on:

$$\text{head}_i = \operatorname{softmax}\!\left(\frac{Q_i K_g^\top}{\sqrt d}\right) V_g, \qquad
g = \left\lfloor \frac{i}{r} \right\rfloor, \qquad i = 0, \dots, H - 1$$

With G = H every query head has keys and values to itself: that is multi-head attention. With G = 1 all share the same:
that is multi-query attention.

**Write** `class GroupedQueryAttention(nn.Module)`.

- `__init__(d_model, num_heads, num_kv_heads)` makes four `nn.Linear` layers without bias: `q_proj` and `out_proj` from
  `d_model` to `d_model`, `k_proj` and `v_proj` from `d_model` to `num_kv_heads * d`. The module has no other parameters
  or buffers. A further argument `bias=False` is welcome, but not asked for.
- Raise `ValueError` there if the width cannot be divided evenly among the heads, or the heads among the groups.
- Query head i is features $i d$ to $(i + 1) d - 1$ of what `q_proj` gives, counted from 0. Key and value head g is
  features $g d$ to $(g + 1) d - 1$ of what `k_proj` and `v_proj` give. The results of the H heads are put side by side
  in the same order, and `out_proj` mixes them.
- `forward(x, mask=None)` takes a batch of sequences (B, T, D), and returns the output (B, T, D) and nothing else.
- `mask` is boolean, True where a token may attend to another: row t, column s is for token t and what it may take in
  from token s. It is (T, T), (B, T, T) or (B, 1, T, T), and in each case all heads have the same mask. Any of its axes
  may have length 1 and is then stretched, as always in torch: (B, 1, 1, T) hides padding. Think of a batch with as many
  sequences as there are heads.
- A token that may attend to nothing gets zeros from all heads, and all gradients stay finite.
- The output has the dtype of the inputs, and the arguments are left as they are. A softmax in float32 is welcome for
  inputs in half precision, but float64 must not be rounded to it.
- Do without torch's own attention. Its `softmax` may be used.

Example: with H = 4 and G = 2, query heads 0 and 1 use key and value head 0, query heads 2 and 3 use head 1. With D = 8,
d is 2, and the layers have 64 + 32 + 32 + 64 = 192 weights.

Source: Ainslie et al., *GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints* (2023),
section 2.2 and figure 2. The order of the heads is that of Llama 2 and of Hugging Face Transformers.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


class GroupedQueryAttention(nn.Module):
    """Self-attention with `num_heads` heads of queries and only `num_kv_heads` heads of keys and values.

    >>> attention = GroupedQueryAttention(d_model=8, num_heads=4, num_kv_heads=2)
    >>> attention(torch.zeros(1, 3, 8)).shape
    torch.Size([1, 3, 8])
    >>> {name: tuple(weight.shape) for name, weight in attention.named_parameters() if name.startswith("k")}
    {'k_proj.weight': (4, 8)}
    >>> sum(parameter.numel() for parameter in attention.parameters())
    192
    """

    q_proj: nn.Linear
    k_proj: nn.Linear
    v_proj: nn.Linear
    out_proj: nn.Linear

    def __init__(self, d_model: int, num_heads: int, num_kv_heads: int):
        """Make the four layers.

        Raises:
            ValueError: `d_model` is not a multiple of `num_heads`, or `num_heads` not one of `num_kv_heads`.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        mask: Bool[Tensor, "#T #T"] | Bool[Tensor, "#B #T #T"] | Bool[Tensor, "#B 1 #T #T"] | None = None,
    ) -> Float[Tensor, "B T D"]:
        """What each token takes in from the tokens it may attend to.

        >>> attention = GroupedQueryAttention(4, 4, 2)
        >>> for layer in attention.children():
        ...     _ = nn.init.eye_(layer.weight)
        >>> attention(torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])).tolist()  # the values 1 and 2, each for two query heads
        [[[1.0, 1.0, 2.0, 2.0]]]
        """
        # YOUR CODE HERE
        raise NotImplementedError
