r"""# One-hot vectors, and picking one entry of each row

A class label, or a token id, is a whole number $t$ from 0 to $C - 1$. As a **one-hot** vector of C numbers it is 1 at place
$t$ and 0 elsewhere:

$$\operatorname{one\_hot}(t)_c = \begin{cases} 1 & \text{if } c = t \\ 0 & \text{otherwise} \end{cases}$$

The other way round, a model gives C numbers for each of N samples, and a loss needs the one that belongs to the sample's
label: **pick** $x_{n, t_n}$ for every row n.

**Write** `one_hot(labels, num_classes)`.

- `labels` has any shape: two axes, one, or none at all. The result has one more axis of size `num_classes` at its end.
- The labels are of any integer dtype (int64, int32, uint8, ...), and the result has the same dtype. There may be more
  classes than that dtype can count, say 300 for uint8, which ends at 255. So compare in int64: in `labels >= 300`, torch
  takes the 300 for a uint8, and makes it 44.
- Do without torch's own `one_hot`.

**Write** `pick(x, index)`. It takes `x` (N, C) and `index` (N,), and returns (N,): the entry `x[n, index[n]]` of each row.

- `x` is of any dtype, whole numbers included, and the result has the same dtype. `index` is of any integer dtype.
- The other entries of a row have no influence, not even NaN or infinity. Log-probabilities are often $-\infty$.
- The gradient of the result reaches the picked entries of `x`.

For both:

- A label or an index below 0 or beyond the last class is a bug in the data: raise `ValueError`. Python counts -1 from the
  end. Here nothing is counted from the end.
- N may be 0, and `labels` may be empty: there is nothing to refuse then.

Example: `one_hot([2, 0], 3)` is `[[0, 0, 1], [1, 0, 0]]`, and picking 2 and 0 from the rows `[5, 6, 7]` and `[8, 9, 4]` gives
`[7, 8]`.

Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 2.2: equation 2.25 is a one-hot vector, and
equation 2.26 picks a probability with it.
"""

import torch
from jaxtyping import Integer, Shaped
from torch import Tensor


def one_hot(labels: Integer[Tensor, "*shape"], num_classes: int) -> Integer[Tensor, "*shape C"]:
    """A one-hot vector for each label, along a new last axis.

    Raises:
        ValueError: a label is below 0, or not below `num_classes`.

    >>> one_hot(torch.tensor([2, 0]), 3)
    tensor([[0, 0, 1],
            [1, 0, 0]])
    >>> one_hot(torch.tensor([1], dtype=torch.uint8), 2)
    tensor([[0, 1]], dtype=torch.uint8)
    """
    # YOUR CODE HERE
    raise NotImplementedError


def pick(x: Shaped[Tensor, "N C"], index: Integer[Tensor, "N"]) -> Shaped[Tensor, "N"]:
    """The entry of each row of `x` that `index` names.

    Raises:
        ValueError: an index is below 0, or not below C.

    >>> pick(torch.tensor([[5, 6, 7], [8, 9, 4]]), torch.tensor([2, 0]))
    tensor([7, 8])
    """
    # YOUR CODE HERE
    raise NotImplementedError
