r"""# Softmax

Softmax turns any row of numbers into probabilities: all above zero, with a sum of one. Every attention weight and every
next-token probability in a language model comes out of one.

$$\operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}$$

Written down as it stands, the formula overflows: $e^{100}$ is more than float32 can hold. Adding one number to the whole
row changes nothing, since it cancels in the fraction. Choose that number so that nothing can overflow.

**Write** `softmax(x, dim=-1)`.

- The sum runs over the axis `dim`, whichever it is; shape and dtype stay as they are.
- An entry of $-\infty$ gets the probability 0. That is how a mask hides a token.
- A row of nothing but $-\infty$ has nothing to choose from and gives zeros, not NaN.
- Whole numbers have no useful softmax: raise `TypeError` for an input that is not floating point.
- Do without torch's own `softmax`, `log_softmax` and `logcumsumexp`, and what has a softmax inside, as a cross-entropy,
  attention or a categorical distribution has.

Example: `softmax([0, 0, log 2])` is `[0.25, 0.25, 0.5]`.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 4.1, equation 4.1.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def softmax(x: Float[Tensor, "*shape"], dim: int = -1) -> Float[Tensor, "*shape"]:
    """The softmax of `x` along the axis `dim`.

    Raises:
        TypeError: `x` is not floating point.

    >>> import torch
    >>> softmax(torch.tensor([0.0, 0.0, math.log(2)]))
    tensor([0.2500, 0.2500, 0.5000])
    >>> softmax(torch.tensor([[1000.0, 1000.0], [-math.inf, 5.0], [-math.inf, -math.inf]]))
    tensor([[0.5000, 0.5000],
            [0.0000, 1.0000],
            [0.0000, 0.0000]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
