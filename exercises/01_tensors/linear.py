r"""# The linear layer

A linear layer maps a vector of `in` numbers to one of `out` numbers: each of them is a weighted sum of all that came in, plus
a constant of its own, the bias. Query, key, value and the vocabulary's logits: each of them is made by such a layer.

$$y = W x + b, \qquad y_o = \sum_{i=1}^{\text{in}} W_{oi} \, x_i + b_o$$

A model holds not one vector but a batch of them, one along each row, or a batch of sequences of them. In torch the vectors
lie along the **last axis** of `x`, so that the same formula, for all of them at a time, reads $Y = X W^\top + b$.

**Write** `linear(x, weight, bias=None)`.

- `weight` is (out, in), as in `nn.Linear`, and `bias` is (out,) or None.
- `x` is (..., in) with any number of axes before the last: none for a single vector, one for a batch, two for a batch of
  sequences, and so on. The result is (..., out). The dtype stays as it is.
- An axis before the last may have the size 0: a batch of no vectors gives a result of no vectors.
- Gradients reach `x`, `weight` and `bias`.
- Do without torch's own `linear`. Its matrix products (`@` and the like) may be used.

Example: with W = `[[1, 2], [3, 4], [5, 6]]` and b = `[0, 0, 1]`, the vector `[1, 10]` becomes `[21, 43, 66]`.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.4, equation 6.40, where W is written transposed.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def linear(
    x: Float[Tensor, "*batch in"], weight: Float[Tensor, "out in"], bias: Float[Tensor, "out"] | None = None
) -> Float[Tensor, "*batch out"]:
    """Each vector along the last axis of `x`, times the weights, plus the bias if there is one.

    >>> import torch
    >>> weight = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> linear(torch.tensor([1.0, 10.0]), weight, bias=torch.tensor([0.0, 0.0, 1.0]))
    tensor([21., 43., 66.])
    >>> linear(torch.zeros(7, 0, 2), weight).shape
    torch.Size([7, 0, 3])
    """
    # YOUR CODE HERE
    raise NotImplementedError
