r"""# Stochastic gradient descent

An optimizer changes the weights of a model once a gradient is known. The oldest of them goes a little way downhill,
$p \leftarrow p - \eta g$, where $\eta$ is the learning rate. Two additions make it what most image models were trained
with. **Weight decay** pulls every weight towards 0, by adding a part of the weight to its gradient. **Momentum** keeps a
velocity, in which gradients that agree add up and gradients that contradict each other cancel out.

Let $p$ be a parameter, $g$ its gradient, $\lambda$ the weight decay, $\mu$ the momentum, and $v$ the velocity, which has
the shape of $p$ and begins at 0. A step is

$$d = g + \lambda p, \qquad v \leftarrow \mu v + d, \qquad p \leftarrow p - \eta u$$

with $u = v$; and, with Nesterov's momentum, which looks one step ahead, $u = d + \mu v$, where $v$ is the new velocity.
Every operation is done number by number.

**Write** `class SGD`.

- `__init__(params, lr, momentum=0.0, weight_decay=0.0, nesterov=False)`: `params` is an iterable of `nn.Parameter`s of any
  shapes, scalars included. It may be a generator, as `model.parameters()` is, which can be gone through only once.
- `step()` takes one step with the gradients that are in `.grad` at that moment. Between two steps they may have been
  replaced by other tensors, added to in place, or set to `None`.
- A parameter whose `.grad` is `None` is left out of the step: neither it nor its velocity changes, and it decays not
  either. That differs from a gradient of zeros, with which the velocity carries the parameter on.
- `step()` leaves the gradients as they are.
- `zero_grad()` makes every gradient `None` or zeros, whatever was in it, infinity and NaN included.
- The learning rate stands in the attribute `lr`. Whoever sets it anew, as a schedule does, changes the steps from then on.
  Beware: some books put the learning rate into the velocity, which is the same only as long as it never changes.
- The parameters are changed in place: whatever shares their memory sees the new numbers. Beware: after
  `p.data = p.data - …` the parameter has other memory than before.
- Nothing of a step is recorded for gradients. What an optimizer remembers holds on to no graph, or else memory would grow
  with every step.
- Parameters may be float32, float64 or bfloat16. The velocity has at least the precision of its parameter.
- Do without `torch.optim`.

Example: $p = 8$, a gradient of 4 in every step, $\eta = \mu = 1/2$, no weight decay. The first step has $v = 4$ and leads
to $p = 6$, the second has $v = 6$ and leads to $p = 3$. With Nesterov's momentum the same steps have $u = 6$ and $u = 7$, and
lead to 5 and 1.5.

Source: Sutskever, Martens, Dahl and Hinton, *On the importance of initialization and momentum in deep learning* (2013),
section 2, equations 1 to 4, with the learning rate taken out of the velocity, as `torch.optim.SGD` does it. Weight decay:
Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 7.1.1, equation 7.4.
"""

from collections.abc import Iterable

import torch
from torch import nn


class SGD:
    """Gradient descent with momentum and weight decay.

    >>> p = nn.Parameter(torch.tensor(8.0))
    >>> optimizer = SGD([p], lr=0.5, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (4 * p).backward()
    ...     optimizer.step()
    ...     print(p.item())
    6.0
    3.0
    """

    lr: float

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ):
        """Take hold of the parameters, and begin with velocities of 0."""
        # YOUR CODE HERE
        raise NotImplementedError

    def step(self) -> None:
        """Change every parameter that has a gradient, in place."""
        # YOUR CODE HERE
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Forget the gradients.

        >>> p = nn.Parameter(torch.tensor(8.0))
        >>> (4 * p).backward()
        >>> SGD([p], lr=0.5).zero_grad()
        >>> p.grad is None or p.grad.item() == 0
        True
        """
        # YOUR CODE HERE
        raise NotImplementedError
