r"""# A block of GPT-2

GPT-2 is a stack of equal blocks, 12 of them in the smallest model and 48 in the largest. Each does two things to its
tokens. First they exchange what they know: attention. Then each thinks it over by itself: a feed-forward network. Neither
replaces a token; what it finds is added. So there is a straight way from the bottom of the stack to its top, the residual
stream, along which numbers and gradients pass unhindered.

$$\begin{aligned}
x &\leftarrow x + \operatorname{Attention}(\operatorname{LayerNorm}_1(x)) \\
x &\leftarrow x + W_\text{down} \operatorname{gelu}(W_\text{up} \operatorname{LayerNorm}_2(x) + b_\text{up}) + b_\text{down}
\end{aligned}$$

The first Transformer normalised each sum, `norm(x + f(x))`, which puts a norm across the straight way in every layer.
GPT-2 moved it to the input of each part, `x + f(norm(x))`: pre-norm. Deep stacks train much better so, and nearly all
language models since do it this way.

$$\operatorname{LayerNorm}(x) = \frac{x - \operatorname{mean}(x)}{\sqrt{\operatorname{var}(x) + 10^{-5}}} \odot w + b$$

Mean and variance are those of the D features of a token; the variance is the mean of the squared distances, divided by D
and not by D - 1.

**Write** `class GPT2Block(nn.Module)`, with `__init__(d_model, num_heads)` and `forward(x)`. Below, D is `d_model`, H is
`num_heads` and d = D / H. The block has these six layers and no other parameters or buffers:

| layer | what it is |
|---|---|
| `ln_1`, `ln_2` | LayerNorm before the attention and the feed-forward network: `weight` and `bias` (D,), ones and zeros at first |
| `qkv_proj` | `nn.Linear(D, 3 * D)`: queries, keys and values in one go |
| `out_proj` | `nn.Linear(D, D)`: mixes what the heads found |
| `up`, `down` | `nn.Linear(D, 4 * D)` and `nn.Linear(4 * D, D)`, the feed-forward network |

- All four linear layers have a bias. Raise `ValueError` in `__init__` if D is not a multiple of H.
- The first D features that `qkv_proj` gives are the queries, the next D the keys, the last D the values. Of each, head i
  has features $i d$ to $(i + 1) d - 1$, counted from 0. The results of the heads are put side by side in the same order.
- The attention is causal: a token attends to itself and to those before it, and to no later one, whatever the scores: in
  float32 they may be as large as 1 000 000. They are divided by √d.
- GELU is the approximation with tanh. GPT-2 was trained with it; the exact one would make every number a little wrong.
- `forward` takes (B, T, D) and returns (B, T, D), both of the same dtype, and leaves `x` as it is. There is no dropout: in
  training and in evaluation the result is the same. A softmax in float32 is welcome for inputs in half precision, but
  float64 must not be rounded to it.
- You may take along what you wrote in `layer_norm`, `gelu`, `masks` and `multi_head_attention`: copy it into this file. Of
  torch you may use `nn.Linear`, `F.gelu` and `softmax`; do without its own attention and its layers that normalise.

Example: let D = 2 and H = 1, let all weights and biases be 0 but those of `ln_2`, which are 1 and 0, and set `up.bias` to
ones and `down.weight` to ones. The attention adds 0. Each of the 8 hidden features is gelu(1) = 0.8412, so 6.7295 is
added to both features of every token.

Source: Radford et al., *Language Models are Unsupervised Multitask Learners* (2019), section 2.3. The order of the features
in `qkv_proj` is that of OpenAI's code.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class LayerNorm(nn.Module):
    """Normalisation of each token's features, as in the exercise `layer_norm`.

    >>> LayerNorm(2)(torch.tensor([[1.0, 3.0]])).detach()
    tensor([[-1.0000,  1.0000]])
    """

    def __init__(self, d_model: int):
        """Make `weight` and `bias`."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """Each token with mean 0 and variance 1, then scaled and moved."""
        # YOUR CODE HERE
        raise NotImplementedError


class GPT2Block(nn.Module):
    """Causal attention and a feed-forward network, each behind a norm, each added to its tokens.

    >>> block = GPT2Block(d_model=6, num_heads=2)
    >>> block(torch.zeros(2, 3, 6)).shape
    torch.Size([2, 3, 6])
    >>> [name for name, _ in block.named_children()]
    ['ln_1', 'qkv_proj', 'out_proj', 'ln_2', 'up', 'down']
    """

    ln_1: nn.Module
    qkv_proj: nn.Linear
    out_proj: nn.Linear
    ln_2: nn.Module
    up: nn.Linear
    down: nn.Linear

    def __init__(self, d_model: int, num_heads: int):
        """Make the six layers.

        Raises:
            ValueError: `d_model` is not a multiple of `num_heads`.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        """The tokens with what both parts add to them.

        >>> block = GPT2Block(d_model=2, num_heads=1)
        >>> for parameter in block.parameters():
        ...     _ = nn.init.zeros_(parameter)
        >>> for ones in (block.ln_2.weight, block.up.bias, block.down.weight):
        ...     _ = nn.init.ones_(ones)
        >>> block(torch.tensor([[[1.0, 3.0]]])).detach()
        tensor([[[7.7295, 9.7295]]])
        """
        # YOUR CODE HERE
        raise NotImplementedError
