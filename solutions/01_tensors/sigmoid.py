r"""# The sigmoid

The sigmoid turns any number into a probability. Gates, yes-or-no classifiers and the reward model of RLHF use it.

$$\sigma(x) = \frac{1}{1 + e^{-x}} = \frac{e^x}{1 + e^x}, \qquad \sigma'(x) = \sigma(x) \, (1 - \sigma(x))$$

Both fractions are the same number, but not on a computer: $e^{1000}$ is more than float32 or float64 can hold, and becomes
infinity. The first fraction then still gives the right value, $1 / \infty = 0$, but autograd multiplies that infinity by
0 on its way back, and the gradient is NaN. One NaN in a gradient is enough to destroy a model.

**Write** `sigmoid(x)`.

- It acts on each number by itself; shape and dtype stay as they are.
- Values and gradients are right and finite for numbers as far out as ±10 000, in every dtype, half precision included.
- Each value is right to the accuracy of its dtype, however small it is: $\sigma(-20)$ is 2.06e-9, not 0.
- The gradient at 0 is 1/4.
- Do not keep the numbers within bounds to avoid the overflow: $\sigma(20)$ is not $\sigma(10)$.
- Do without torch's own sigmoid under all its names (`sigmoid`, `expit`, `logsigmoid`, `silu`, ...). All else is allowed.

A hint: of $e^x$ and $e^{-x}$, one is at most 1, whatever x is. `torch.where` chooses between two tensors, number by number.
But beware: it works out both, and their gradients, too.

Example: `sigmoid([-log 3, 0, log 3])` is `[0.25, 0.5, 0.75]`.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 3.10, equations 3.30, 3.33 and 3.34.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def sigmoid(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The sigmoid of each number in `x`.

    >>> sigmoid(torch.tensor([3.0, 1.0]).log())
    tensor([0.7500, 0.5000])
    >>> x = torch.tensor([-1e4, 0.0, 1e4], requires_grad=True)
    >>> sigmoid(x).sum().backward()
    >>> x.grad
    tensor([0.0000, 0.2500, 0.0000])
    """
    ### BEGIN SOLUTION
    positive = x >= 0
    exps = torch.where(positive, -x, x).exp()  # exp(-|x|), at most 1; unlike abs, it has a slope at 0
    numerator = exps.masked_fill(positive, 1.0)  # 1 / (1 + exp(-x)) or exp(x) / (1 + exp(x))
    return numerator / (1 + exps)
    ### END SOLUTION
