r"""# GELU

A neural network needs something that is not linear between its matrices. ReLU multiplies a number by 0 or by 1,
depending on its sign. GELU, the Gaussian error linear unit, does so softly: it multiplies $x$ by the probability that a
normally distributed number is below $x$. That is nearly 0 for $x = -3$, one half for $x = 0$ and nearly 1 for $x = 3$.
BERT and the GPT models use it.

$$\operatorname{gelu}(x) = x \, \Phi(x) = \frac x2 \left(1 + \operatorname{erf} \frac x{\sqrt 2}\right)$$

Here $\Phi$ is the distribution function of the normal distribution, and erf the error function. When GELU was new, erf
was slow, so GPT-2 and others were trained with an approximation. It differs by up to 0.0005, enough to matter when you
load their weights:

$$\operatorname{gelu}_{\tanh}(x) = \frac x2 \left(1 +
\tanh\!\left(\sqrt{\frac 2\pi} \left(x + 0.044715 \, x^3\right)\right)\right)$$

**Write** `gelu(x, approximate="none")`.

- `x` is a floating-point tensor of any shape; every number is treated by itself. Shape and dtype stay as they are.
- `approximate="none"` is the first formula, `"tanh"` the second one.
- Any other value of `approximate` raises `ValueError`.
- Numbers of ±10 000 give ±10 000 and 0. The gradients of large numbers are 1 and 0, never NaN; only in float16, which
  cannot hold the cube of 100, the second formula may have it.
- The result is as exact as its dtype allows, also in float64. So compute the constants with `math`; do not type a few
  digits of them, and do not put them into a float32 tensor.
- `torch.erf` and `torch.tanh` may be used. Do without torch's own `gelu`.

Example: gelu(1) is 0.8413, since 84.13% of a normal distribution lie below 1. The approximation gives 0.8412.

Source: Hendrycks and Gimpel, *Gaussian Error Linear Units (GELUs)* (2016), section 2.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def gelu(x: Float[Tensor, "*shape"], approximate: str = "none") -> Float[Tensor, "*shape"]:
    """GELU of each number, exact (`approximate="none"`) or by the formula with tanh (`approximate="tanh"`).

    Raises:
        ValueError: `approximate` is neither "none" nor "tanh".

    >>> gelu(torch.tensor([-1.0, 0.0, 1.0, 1e4]))
    tensor([-1.5866e-01,  0.0000e+00,  8.4134e-01,  1.0000e+04])
    >>> gelu(torch.tensor([-1.0, 0.0, 1.0]), approximate="tanh")
    tensor([-0.1588,  0.0000,  0.8412])
    """
    # YOUR CODE HERE
    raise NotImplementedError
