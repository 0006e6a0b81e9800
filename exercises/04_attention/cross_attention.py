r"""# Cross-attention

In self-attention a sequence looks at itself. In cross-attention it looks at another one: a translation in the making
looks at the sentence it translates, an answer looks at a picture. The queries are made from the one that looks. The
keys and the values are made from the one that is looked at, the context. The two may differ in length, and in width as
well, since each is brought to the same width by its own layers.

$$Q = X W_Q + b_Q, \qquad K = C W_K + b_K, \qquad V = C W_V + b_V, \qquad
\text{head}_i = \operatorname{softmax}\!\left(\frac{Q_i K_i^\top}{\sqrt d}\right) V_i$$

$X$ (T × D) are the tokens that look, $C$ (S × E) those of the context. $Q$ is (T × D), $K$ and $V$ are (S × D). As in
multi-head attention, $Q_i$, $K_i$ and $V_i$ are features $i d$ to $(i + 1) d - 1$ of these, counted from 0, with
d = D / H. The results of the H heads are put side by side in the same order, which gives (T × D), and a last linear
layer mixes them.

**Write** `class CrossAttention(nn.Module)`.

- `__init__(d_model, d_context, num_heads)` makes four layers, each an `nn.Linear` with a bias: `q_proj` and `out_proj`
  from `d_model` to `d_model`, `k_proj` and `v_proj` from `d_context` to `d_model`. The module has no other parameters
  or buffers.
- Raise `ValueError` there if `d_model` cannot be divided evenly among the heads. `d_context` may be any number.
- `forward(x, context, context_mask=None)` takes a batch of sequences (B, T, D) and a batch of contexts (B, S, E). It
  returns the output (B, T, D) and nothing else.
- `context_mask` is boolean, (B, S): True where the context has a real token, False where it has padding. No query
  attends to padding, in any head: it gets the weight 0, and the weights of the others sum to one. Think of a batch with
  as many sequences as there are heads, and of contexts as long as the sequences.
- Where a whole context is padding, there is nothing to attend to, and all heads give zeros. So the output for it is the
  bias of `out_proj`, and all gradients stay finite.
- The output has the dtype of the inputs, and the arguments are left as they are. A softmax in float32 is welcome for
  inputs in half precision, but float64 must not be rounded to it.
- Do without torch's own attention. Its `softmax` may be used.

Example: with D = 4, E = 6 and H = 2, a sequence of 3 tokens and a context of 5 tokens, each head has a matrix of scores
(3, 5), and these are divided by √2.

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.2.3, first use ("encoder-decoder attention"). With
a context of another width: Rombach et al., *High-Resolution Image Synthesis with Latent Diffusion Models* (2022),
section 3.3.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


class CrossAttention(nn.Module):
    """Attention in `num_heads` heads from one sequence to another.

    >>> attention = CrossAttention(d_model=4, d_context=6, num_heads=2)
    >>> attention(torch.zeros(1, 3, 4), torch.zeros(1, 5, 6)).shape
    torch.Size([1, 3, 4])
    >>> attention.k_proj.weight.shape
    torch.Size([4, 6])
    """

    q_proj: nn.Linear
    k_proj: nn.Linear
    v_proj: nn.Linear
    out_proj: nn.Linear

    def __init__(self, d_model: int, d_context: int, num_heads: int):
        """Make the four layers.

        Raises:
            ValueError: `d_model` is not a multiple of `num_heads`.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        context: Float[Tensor, "B S E"],
        context_mask: Bool[Tensor, "B S"] | None = None,
    ) -> Float[Tensor, "B T D"]:
        """What each token of `x` takes in from the tokens of `context`.

        >>> attention = CrossAttention(2, 1, 1)
        >>> for layer in attention.children():
        ...     _ = nn.init.ones_(layer.weight), nn.init.zeros_(layer.bias)
        >>> x, context = torch.zeros(1, 1, 2), torch.tensor([[[1.0], [3.0]]])
        >>> attention(x, context).tolist()  # scores of 0: the mean of both, in both features, and their sum
        [[[4.0, 4.0]]]
        >>> attention(x, context, context_mask=torch.tensor([[True, False]])).tolist()
        [[[2.0, 2.0]]]
        """
        # YOUR CODE HERE
        raise NotImplementedError
