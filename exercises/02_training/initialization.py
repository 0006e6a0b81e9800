r"""# The first weights

Where training begins decides whether it gets anywhere. Each layer multiplies what comes in by its weights and sums up. If
they are too large, the numbers grow from layer to layer until they overflow; if they are too small, the signal dies away,
and the gradient on its way back with it. The first weights are drawn at random, with a spread that keeps both about as
large as they were.

The spread depends on how many numbers are summed up. A weight t has the shape (out, in) in a linear layer, and
(out, in, kernel height, kernel width) in a convolution of images. Let $k$ be the product of all axes behind the first
two, or 1 if there are none. Each output is a sum of $\text{fan}_\text{in} = \text{in} \cdot k$ terms, and each input goes into
$\text{fan}_\text{out} = \text{out} \cdot k$ sums. (A convolution's output is a sum over its whole kernel.)

- **Xavier** (or Glorot) initialization weighs forward and backward alike. Weights are uniform between $-a$ and $a$,

$$a = \text{gain} \cdot \sqrt{\frac{6}{\text{fan}_\text{in} + \text{fan}_\text{out}}}$$

- **Kaiming** (or He) initialization is made for layers that are followed by a ReLU. That sets half of the numbers to 0, so
  the variance is twice as large. Weights are normal, with mean 0 and standard deviation

$$\sigma = \sqrt{\frac{2}{\text{fan}_\text{in}}}$$

**Write** `xavier_uniform_(t, gain=1.0, generator=None)` and `kaiming_normal_(t, generator=None)`.

- Each fills t in place, whatever was in it, NaN included, and returns t itself. t need not be contiguous: it may be a
  part of a larger tensor, whose other numbers stay as they are.
- Xavier draws no number beyond $-a$ and $a$, but for rounding. A `gain` of 0 gives zeros.
- Kaiming draws from all of the normal distribution. (For transformers, what lies beyond two or three standard deviations is
  often cut off. Here it is not: of a million numbers, some sixty lie beyond four.)
- t has two axes or more, and at least one element. With fewer than two axes there are no fans: raise `ValueError`.
- With a `generator`, on the same device as t, all that is drawn comes from it: a generator with the same seed gives the same
  weights, and the next weights from the same generator are other ones. torch's global generator is not touched then.
- Without one, draw from the global generator, and leave its seed alone: the same `torch.manual_seed` gives the same weights.
- t may be a parameter that requires a gradient. No gradient is recorded of the filling: t is a leaf that requires one, as
  before, and autograd is on for what comes afterwards, also after a `ValueError`.
- The dtype stays as it is, half precision included.
- Do without `torch.nn.init`.

Example: a convolution's weight (4, 2, 2, 2) has $k = 4$, $\text{fan}_\text{in} = 8$ and $\text{fan}_\text{out} = 16$.
Xavier draws between -1/2 and 1/2, since $6 / 24 = 1/4$. Kaiming draws with the standard deviation 1/2, since
$2 / 8 = 1/4$.

Source: Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks* (2010), section 4.2.1,
equation 16. He, Zhang, Ren and Sun, *Delving Deep into Rectifiers* (2015), section 2.2, equation 10.
"""

import torch
from jaxtyping import Float
from torch import Generator, Tensor


def xavier_uniform_(
    t: Float[Tensor, "out in *kernel"], gain: float = 1.0, generator: Generator | None = None
) -> Float[Tensor, "out in *kernel"]:
    """Fill `t` with uniform numbers whose spread suits both its fans, and return it.

    Raises:
        ValueError: `t` has fewer than two axes.

    >>> t = torch.empty(4, 2, 2, 2)
    >>> xavier_uniform_(t) is t
    True
    >>> bool((t.abs() <= 0.5).all())
    True
    """
    # YOUR CODE HERE
    raise NotImplementedError


def kaiming_normal_(
    t: Float[Tensor, "out in *kernel"], generator: Generator | None = None
) -> Float[Tensor, "out in *kernel"]:
    """Fill `t` with normal numbers whose spread suits a layer before a ReLU, and return it.

    Raises:
        ValueError: `t` has fewer than two axes.

    >>> t = torch.empty(5000, 8)
    >>> kaiming_normal_(t) is t
    True
    >>> round(t.std().item(), 1)
    0.5
    """
    # YOUR CODE HERE
    raise NotImplementedError
