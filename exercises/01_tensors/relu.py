r"""# ReLU and leaky ReLU

A layer of a network is a matrix product, and several of them in a row would be no more than one. What stands between them
must not be a straight line. The **rectified linear unit** is the simplest choice:

$$\operatorname{relu}(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases} \qquad
\operatorname{leaky\_relu}(x) = \begin{cases} x & \text{if } x > 0 \\ a \, x & \text{otherwise} \end{cases}$$

A unit whose input is below 0 for every sample has no gradient, and never learns again. The leaky one with its small slope
$a$ keeps a little.

**Write** `relu(x)` and `leaky_relu(x, negative_slope=0.01)`.

- Both act on each number by itself; shape and dtype stay as they are, and `x` itself is left as it is.
- At 0 there is a corner, and the slope is a matter of choice. As in torch, take that of the left side: the gradient at
  exactly 0 is 0 for `relu`, and `negative_slope` for `leaky_relu`.
- NaN stays NaN, in its place. It is the sign that something went wrong before, and must not be swept away.
- An infinite number is treated by the formula: `relu` gives 0 for $-\infty$.
- `negative_slope` may be 0, or larger than 1.
- Do without torch's own (`relu`, `leaky_relu`, `prelu`, `threshold`, `hardtanh` and the like).

Example: of `[-2, 0, 3]`, `relu` makes `[0, 0, 3]`, and `leaky_relu` with a slope of 0.5 makes `[-1, 0, 3]`.

Source: Nair and Hinton, *Rectified Linear Units Improve Restricted Boltzmann Machines* (2010), section 2. Leaky: Maas, Hannun
and Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic Models* (2013), section 2, equation 3.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def relu(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Each number of `x` that is above 0, and 0 instead of the others.

    >>> relu(torch.tensor([-2.0, 0.0, 3.0, torch.nan]))
    tensor([0., 0., 3., nan])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def leaky_relu(x: Float[Tensor, "*shape"], negative_slope: float = 0.01) -> Float[Tensor, "*shape"]:
    """Each number of `x` that is above 0, and the others times `negative_slope`.

    >>> leaky_relu(torch.tensor([-2.0, 0.0, 3.0]), negative_slope=0.5)
    tensor([-1.,  0.,  3.])
    """
    # YOUR CODE HERE
    raise NotImplementedError
