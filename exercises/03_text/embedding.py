r"""# A table of vectors

A model reckons with vectors, and a text comes as ids, whole numbers that say which token of the vocabulary stands where. An
embedding turns one into the other: it has a table with a row for each id, and gives the row. The rows are learned like any
other weights, until tokens that are used alike have vectors that lie near each other.

With the table $E$, (V, D), the vector of the id $i$ is

$$e_i = E_{i,:}$$

The gradient goes the same way back. A row that was looked up three times gets the sum of the three gradients, and a row that
was not looked up gets 0:

$$\frac{\partial L}{\partial E_{i,:}} = \sum_{t:\, \text{id}_t = i} \frac{\partial L}{\partial e_t}$$

Texts of one batch are filled up to the same length with a padding id, which means nothing. Its vector is to be zero and to stay
zero however long training goes on, so no gradient may reach its row.

**Write** `class Embedding(nn.Module)`, with `__init__(num, dim, padding_idx=None)` and `forward(ids)`.

- ids are int64, from 0 to `num - 1`, of any shape: (T,), (B, T), a single id without axes, or none at all, as (B, 0). The result
  has one axis more, of `dim` numbers, and the dtype of the table. For other ids nothing is asked here. (Beware: indexing takes -1
  for the last row without a word, where `nn.Embedding` raises an error.)
- The module has one parameter, `weight`, (num, dim), and its `state_dict()` has no other entry.
- The first weights are drawn from torch's global generator, each by itself: normal, with mean 0 and standard deviation 1.
- With a `padding_idx`, this row is zeros at first. Looked up, it gives zeros, and its gradient is 0 or none, whatever is done
  with the result: even if what comes back to it is infinite or NaN. (Beware: 0 times infinity is NaN.) All other rows are drawn
  from the same distribution as without it, looked up, and learned. Weights that are loaded have zeros in this row, too.
- A copy of the module, as `copy.deepcopy` makes it, does all of this as well. (Beware: hooks of a parameter are not copied.)
- A negative `padding_idx` counts from the end, as in torch: -1 is the last row. One that is no row, below `-num` or above
  `num - 1`: raise `ValueError`.
- ids stay as they are. Do without torch's own embeddings.

Example: for the table `[[0, 0], [1, 2], [3, 4]]` and the ids `[1, 2, 1]` the result is `[[1, 2], [3, 4], [1, 2]]`. With the loss
$L$ = the sum of all six numbers, the gradient of the table is `[[0, 0], [2, 2], [1, 1]]`: row 1 was looked up twice. With
`padding_idx=1` it is `[[0, 0], [0, 0], [1, 1]]`.

Source: Bengio, Ducharme, Vincent and Jauvin, *A Neural Probabilistic Language Model* (2003), section 2: the matrix C.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class Embedding(nn.Module):
    """A table of vectors, of which a row is looked up for each id.

    >>> table = Embedding(3, 2, padding_idx=0)
    >>> table(torch.tensor([[1, 0, 2, 1]])).shape
    torch.Size([1, 4, 2])
    >>> table(torch.tensor(0)).tolist()
    [0.0, 0.0]
    >>> table(torch.tensor([0, 1, 1])).sum().backward()
    >>> table.weight.grad.tolist()
    [[0.0, 0.0], [2.0, 2.0], [0.0, 0.0]]
    """

    weight: nn.Parameter

    def __init__(self, num: int, dim: int, padding_idx: int | None = None):
        """Draw the first weights.

        Raises:
            ValueError: `padding_idx` is no row of the table.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, ids: Int[Tensor, "*shape"]) -> Float[Tensor, "*shape dim"]:
        """The row of each id."""
        # YOUR CODE HERE
        raise NotImplementedError
