r"""# The masked mean

Sentences differ in length, tensors do not: the short ones are padded. A mean over a batch, of a loss or of word vectors, must
leave the padding out. With a mask $m$ that is true where a number counts,

$$\operatorname{mean}(x, m) = \frac{\sum_{i:\, m_i} x_i}{\sum_{i:\, m_i} 1}$$

is the sum of the numbers that count, divided by how many there are.

**Write** `masked_mean(x, mask, dim=None)`.

- `mask` is boolean, and true where a number counts. It has the shape of `x` or one that broadcasts to it: for `x` of shape
  (B, T, D), a mask (B, T, 1) hides whole tokens. Each hidden token then hides D numbers.
- `dim` is one axis, counted from either end, or a tuple of axes, as in `torch.sum`: the mean runs over these, and they are
  gone from the result. With None it runs over all numbers at once. That is not the mean of the rows' means, in which the
  numbers of a short row weigh more.
- What is hidden has no influence, whatever it is. Padding may hold NaN or infinity. The gradient of a hidden number is 0.
- What is not hidden must be seen: a NaN that counts makes its mean NaN.
- Where nothing counts at all, the mean is 0, and its gradient too.
- The dtype stays that of `x`, which is floating point. `x` and `mask` are left as they are.

Example: with the mask `[[True, True], [True, False]]`, the mean of `[[1, 2], [6, nan]]` along axis 1 is `[1.5, 6]`, and that
of all numbers is 3.

Source: Yu et al., *DAPO: An Open-Source LLM Reinforcement Learning System at Scale* (2025), section 3.3, equation 12: the
mean over all tokens of a batch, and why it is not the mean of the means over each answer.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def masked_mean(
    x: Float[Tensor, "*shape"], mask: Bool[Tensor, "*#shape"], dim: int | tuple[int, ...] | None = None
) -> Float[Tensor, "*reduced"]:
    """The mean of the numbers where `mask` is true, over the axes `dim`, or over all.

    >>> import torch
    >>> x = torch.tensor([[1.0, 2.0], [6.0, torch.nan]])
    >>> mask = torch.tensor([[True, True], [True, False]])
    >>> masked_mean(x, mask, dim=1)
    tensor([1.5000, 6.0000])
    >>> masked_mean(x, mask)
    tensor(3.)
    """
    # YOUR CODE HERE
    raise NotImplementedError
