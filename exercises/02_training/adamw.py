r"""# AdamW

Nearly every language model is trained with AdamW. Plain gradient descent takes large steps where gradients are large. Adam
divides each gradient by its own usual size, so that every weight moves by about the learning rate, the seldom used row of
an embedding as well as a bias. The W stands for weight decay that is kept apart from the gradient: it would else be
divided by that size as well, and weights with large gradients would hardly decay.

Let $p$ be a parameter and $g$ its gradient. Two running means of the shape of $p$ begin at 0: $m$ of the gradients,
$s$ of their squares. Both are too small at first, as they begin at 0, and the hats put that right. The $t$-th step of a
parameter, $t = 1, 2, \dots$, with learning rate $\eta$ and weight decay $\lambda$ is

$$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2$$

$$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat s = \frac{s}{1 - \beta_2^t}$$

$$p \leftarrow (1 - \eta \lambda)\, p - \eta\, \frac{\hat m}{\sqrt{\hat s} + \varepsilon}$$

Every operation is done number by number. The $p$ that decays is the parameter before the step. Beware: some courses decay it
after the step, and some put the hats into the learning rate and add $\varepsilon$ to $\sqrt s$, where it counts for more. Both
give slightly other numbers.

**Write** `class AdamW`.

- `__init__(params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2)`: `params` is an iterable of `nn.Parameter`s
  of any shapes, scalars included. It may be a generator, as `model.parameters()` is, which can be gone through only once.
- `step()` takes one step with the gradients that are in `.grad` at that moment. Between two steps they may have been
  replaced by other tensors, added to in place, or set to `None`.
- A parameter whose `.grad` is `None` is left out of the step: neither it nor its $m$, $s$ and $t$ change, and it decays
  not either. So $t$ counts the steps of each parameter by itself. A gradient of zeros is a gradient like any other.
- `step()` leaves the gradients as they are.
- `zero_grad()` makes every gradient `None` or zeros, whatever was in it, infinity and NaN included.
- The learning rate stands in the attribute `lr`. Whoever sets it anew, as a schedule does, changes the steps from then on.
- The parameters are changed in place: whatever shares their memory sees the new numbers. Beware: after
  `p.data = p.data - …` the parameter has other memory than before.
- Parameters may be float32, float64 or bfloat16. The running means have at least the precision of their parameter.
- Do without `torch.optim`.

Example: $p = 2$, a gradient of 3 in the first step, $\eta = 1/2$, $\lambda = 1/2$, $\varepsilon = 0$, and $\beta_1 = \beta_2 = 1/2$. Then $m = 1.5$,
$s = 4.5$, $\hat m = 3$, $\hat s = 9$, and $p$ becomes $3/4 \cdot 2 - 1/2 \cdot 3/3 = 1$. Whatever the first gradient is, the decay
aside the first step is as long as the learning rate.

Source: Loshchilov and Hutter, *Decoupled Weight Decay Regularization* (2019), section 2, algorithm 2, where the decay is
$\eta_t \lambda p$ with the factor $\eta_t$ of the schedule alone; here, as in `torch.optim.AdamW`, it is that of the whole learning
rate. The means: Kingma and Ba, *Adam: A Method for Stochastic Optimization* (2015), section 2, algorithm 1.
"""

from collections.abc import Iterable

import torch
from torch import nn


class AdamW:
    """Adam with weight decay kept apart from the gradient.

    >>> p = nn.Parameter(torch.tensor(2.0))
    >>> optimizer = AdamW([p], lr=0.5, betas=(0.5, 0.5), eps=0.0, weight_decay=0.5)
    >>> (3 * p).backward()
    >>> optimizer.step()
    >>> p.item()
    1.0
    """

    lr: float

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ):
        """Take hold of the parameters, and begin with means of 0."""
        # YOUR CODE HERE
        raise NotImplementedError

    def step(self) -> None:
        """Change every parameter that has a gradient, in place."""
        # YOUR CODE HERE
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Forget the gradients.

        >>> p = nn.Parameter(torch.tensor(2.0))
        >>> (3 * p).backward()
        >>> AdamW([p]).zero_grad()
        >>> p.grad is None or p.grad.item() == 0
        True
        """
        # YOUR CODE HERE
        raise NotImplementedError
