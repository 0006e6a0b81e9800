r"""# Log-sum-exp and log-softmax

The probability of a text is the product of the probabilities of its words: a number far too small for a computer. So one
works with logarithms. Products become sums, but how are two probabilities added when only their logarithms are known?
Take the exponentials, add them up, and take the logarithm of the sum:

$$\operatorname{logsumexp}(x) = \log \sum_j e^{x_j}$$

It is also the part of the softmax that all entries of a row share. This is the logarithm of a softmax, as every loss of a
language model needs it:

$$\log \operatorname{softmax}(x)_i = x_i - \operatorname{logsumexp}(x)$$

Written down as it stands, the first formula overflows: $e^{100}$ is more than float32 can hold. And where all $x_j$ are
below -104, every $e^{x_j}$ becomes 0, whose logarithm is $-\infty$. For any number $c$ it is also true that

$$\operatorname{logsumexp}(x) = c + \log \sum_j e^{x_j - c}.$$

Choose $c$ so that nothing can overflow and the sum cannot become 0.

**Write** `logsumexp(x, dim=-1, keepdim=False)`.

- The sum runs over the axis `dim`, whichever it is. The result is without this axis, or has it with length 1 when
  `keepdim` is true. The dtype stays as it is.
- An entry of $-\infty$ adds nothing. A row of nothing but $-\infty$ gives $-\infty$, the logarithm of 0, not NaN.
- A row with an entry of $+\infty$ gives $+\infty$.

**Write** `log_softmax(x, dim=-1)`.

- Shape and dtype stay as they are.
- An entry of $-\infty$ gives $-\infty$. So does each entry of a row of nothing but $-\infty$.
- Entries far below the largest one stay finite: the logarithm of a probability too small for float32 is an ordinary
  number.

Of both:

- Numbers of ±10 000 are no problem.
- Gradients reach `x`. Where a row is nothing but $-\infty$ they are finite, whatever they are.
- Do without torch's own `logsumexp`, `logcumsumexp`, `logaddexp` and `softmax`, and what is made of them.

Example: for the row [0, log 3] the sum is 1 + 3, and the logarithm of 4 is 1.3863. The log-softmax is
[-1.3863, -0.2877], the logarithms of 1/4 and 3/4.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 4.1 and section 6.2.2.3, equation 6.30.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def logsumexp(x: Float[Tensor, "*shape"], dim: int = -1, keepdim: bool = False) -> Float[Tensor, "*reduced"]:
    """The logarithm of the sum of the exponentials of `x` along the axis `dim`.

    >>> import torch
    >>> logsumexp(torch.tensor([[0.0, math.log(3)], [1000.0, 1000.0], [-math.inf, -math.inf]]))
    tensor([   1.3863, 1000.6932,      -inf])
    >>> logsumexp(torch.tensor([[0.0, math.log(3)]]), dim=1, keepdim=True)
    tensor([[1.3863]])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def log_softmax(x: Float[Tensor, "*shape"], dim: int = -1) -> Float[Tensor, "*shape"]:
    """The logarithm of the softmax of `x` along the axis `dim`.

    >>> import torch
    >>> log_softmax(torch.tensor([0.0, math.log(3)]))
    tensor([-1.3863, -0.2877])
    >>> log_softmax(torch.tensor([[0.0, 1000.0], [-math.inf, 5.0], [-math.inf, -math.inf]]))
    tensor([[-1000.,     0.],
            [  -inf,     0.],
            [  -inf,   -inf]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
