r"""# Gpu classifier

What it is and where it is used, in two or three sentences that a newcomer can follow.

$$y = 2 x$$

**Write** `gpu_classifier(x)`.

- What comes out, of which shape and dtype.
- What happens at the edges.

Example: `gpu_classifier([1, 2])` is `[2, 4]`.

Source: author, *title* (year), section, equation.
"""

from jaxtyping import Float
from torch import Tensor


def gpu_classifier(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """What comes back, in a line.

    >>> import torch
    >>> gpu_classifier(torch.tensor([1.0, 2.0]))
    tensor([2., 4.])
    """
    # YOUR CODE HERE
    raise NotImplementedError
