r"""# Dropout

A large model can learn its training data by heart: some of its units come to rely on what a few others happen to do on
just these data. Dropout makes that hard. In training it sets a random part of the numbers to 0, another part at every
call, so that no unit can count on any other one. To predict, all of them are used.

A number that is dropped leaves the sums of the next layer smaller. So that they stay as they are on average, whatever is
kept is made larger in training by as much as was lost, and nothing has to be done to predict. That is called inverted
dropout. With the probability $p$ to drop, each element $x_i$ becomes

$$y_i = \frac{m_i\, x_i}{1 - p}$$

where every $m_i$ is drawn by itself: it is 0 with probability $p$, and otherwise 1. The mean of $y_i$ is then $x_i$.

**Write** `class Dropout(nn.Module)`, with `__init__(p)` and `forward(x)`.

- In training mode each element of x is dropped with probability `p`, whatever happens to the others: not whole rows or
  columns, and not a fixed number of elements. Every call draws anew.
- The probability is `p` in half precision, too. Beware: what `torch.rand` gives in bfloat16 is too coarse for a small
  `p`. With 0.01, a fifth more is dropped. Draw in float32, whatever x is.
- What is kept is divided by $1 - p$, not by the share of elements that happened to be kept.
- In evaluation mode, after `module.eval()`, the result is x as it is; `module.train()` turns dropout on again. The same
  holds when a model that it is a part of changes its mode: `model.eval()` calls `train(False)` of its parts, and not their
  `eval()`.
- With `p = 0` nothing is dropped. With `p = 1` all is: the result is zeros, not NaN.
- A `p` below 0 or above 1 is refused by `__init__` with a `ValueError`.
- Draw from torch's global generator, and leave its seed alone: whoever calls `torch.manual_seed` gets the same result
  again.
- x has any shape, a scalar or no elements at all included. Shape and dtype stay as they are, in half precision, too. x
  itself is left as it is. Its numbers are finite.
- The gradient goes where the numbers went: that of a kept element is divided by $1 - p$, that of a dropped one is 0.
- The module has no parameters and no buffers: its `state_dict()` is empty.
- Do without torch's own dropout.

Example: with $p = 1/4$, what is kept of `[3, 6, 9, 12]` is multiplied by 4/3. If the second element happens to be dropped,
the result is `[4, 0, 12, 16]`.

Source: Srivastava and others, *Dropout: A Simple Way to Prevent Neural Networks from Overfitting* (2014), section 4, and
section 10 for the scaling in training. Beware: there, p is the probability to keep.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Dropout(nn.Module):
    """Sets each element to 0 with probability `p` in training, and does nothing otherwise.

    >>> module = Dropout(0.25)
    >>> y = module(torch.full((100,), 3.0))
    >>> sorted(set(y.tolist()))
    [0.0, 4.0]
    >>> module.eval()(torch.tensor([3.0, 6.0]))
    tensor([3., 6.])
    >>> Dropout(1.0)(torch.tensor([3.0, 6.0]))
    tensor([0., 0.])
    """

    def __init__(self, p: float):
        """Take the probability that an element is dropped.

        Raises:
            ValueError: `p` is below 0 or above 1.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """The input with some elements dropped, or as it is in evaluation mode."""
        # YOUR CODE HERE
        raise NotImplementedError
