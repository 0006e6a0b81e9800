r"""# SwiGLU

The feed-forward network of the first transformers had two layers and a ReLU. Llama's has three layers, two of which run
side by side. One of them proposes numbers, the other one says how much of each is let through: it is a gate. Both are
made of the same x, so that each vector opens and closes its own gates, and the two are multiplied number by number. With
as many weights as the plain network, this one learns better.

$$\operatorname{SwiGLU}(x) = \bigl(\operatorname{SiLU}(x W_\text{gate}^\top) \odot x W_\text{up}^\top\bigr)\, W_\text{down}^\top,
\qquad \operatorname{SiLU}(z) = z \cdot \sigma(z) = \frac{z}{1 + e^{-z}}$$

SiLU, also called Swish, is a smooth kin of the ReLU: for a large $z$ it is nearly $z$, far below 0 nearly 0, and in
between a little below 0. The dot in a circle is the product number by number, and $\sigma$ the sigmoid. There is no bias
anywhere.

**Write** `class SwiGLU(nn.Module)`, with `__init__(d_model, d_ff)` and `forward(x)`.

- There are three layers, each an `nn.Linear` without a bias: `gate` and `up`, from `d_model` to `d_ff`, and `down`, from
  `d_ff` to `d_model`. The module has no other parameters or buffers. SiLU is taken of `gate`, and of nothing else.
- x is (..., D), where D is `d_model`: a single vector, (B, T, D), or any other leading axes. Every vector along the last
  axis goes through by itself. The result has the shape and the dtype of x, which is left as it is.
- `d_ff` is taken as it is. (Models choose 8/3 of `d_model`, so that three layers have no more weights than two of four
  times the width. That is the caller's business.)
- Gradients reach x and all weights. Gates of ±1000 are no problem, neither for the result nor for its gradients: beware
  of a division by $1 + e^{-z}$ as it stands, where $e^{1000}$ is infinite; in float16
  even $e^{12}$ is.
- No sum with x, no normalization and no dropout.
- `nn.Linear` and torch's `sigmoid` or `silu` may be used, since you have written such before.

Example: D = 1, d_ff = 2, `gate` with the weight ((log 3), (0)), `up` with ((4), (7)), `down` with ((1, 1)). For x = 1 the
gates are log 3 and 0. Their sigmoids are 3/4 and 1/2, so that SiLU gives 3/4 · log 3 = 0.8240 and 0. Times 4 and 7, and
summed up: 3 log 3 + 0 = 3.2958.

Source: Shazeer, *GLU Variants Improve Transformer* (2020), section 2, equation 6. The names of the layers are Llama's,
without their `_proj`.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class SwiGLU(nn.Module):
    """A feed-forward network whose inner numbers are gated, for each vector along the last axis.

    >>> network = SwiGLU(d_model=4, d_ff=16)
    >>> network(torch.zeros(2, 3, 4)).shape
    torch.Size([2, 3, 4])
    >>> sorted((name, tuple(p.shape)) for name, p in network.named_parameters())
    [('down.weight', (4, 16)), ('gate.weight', (16, 4)), ('up.weight', (16, 4))]
    """

    gate: nn.Linear
    up: nn.Linear
    down: nn.Linear

    def __init__(self, d_model: int, d_ff: int):
        """Make the three layers."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """The network's result for each vector.

        >>> import math
        >>> network = SwiGLU(1, 2)
        >>> network.gate.weight.data = torch.tensor([[math.log(3)], [0.0]])
        >>> network.up.weight.data = torch.tensor([[4.0], [7.0]])
        >>> network.down.weight.data = torch.tensor([[1.0, 1.0]])
        >>> network(torch.tensor([1.0])).detach()
        tensor([3.2958])
        """
        # YOUR CODE HERE
        raise NotImplementedError
