r"""# Beam search

What it is and where it is used, in two or three sentences that a newcomer can follow.

$$y = 2 x$$

**Write** `beam_search(x)`.

- What comes out, of which shape and dtype.
- What happens at the edges.

Example: `beam_search([1, 2])` is `[2, 4]`.

Source: author, *title* (year), section, equation.
"""

from jaxtyping import Float
from torch import Tensor


def beam_search(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """What comes back, in a line.

    >>> import torch
    >>> beam_search(torch.tensor([1.0, 2.0]))
    tensor([2., 4.])
    """
    # YOUR CODE HERE
    raise NotImplementedError
