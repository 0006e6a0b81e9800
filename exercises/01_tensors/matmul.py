r"""# The product of matrices

Nearly all the work of a language model is products of matrices. The product of an (n, k) matrix A and a (k, m) matrix B is
an (n, m) matrix: each of its entries is a row of A times a column of B, summed over the k numbers that they have in common.

$$C_{ij} = \sum_{l=1}^{k} A_{il} \, B_{lj}$$

Models multiply many pairs of matrices at a time. All axes before the last two count the matrices; they are the **batch
axes**. They **broadcast**: they are lined up from the right, and an axis that is missing or of size 1 is repeated to fit the
other. So (5, 1, n, k) and (4, k, m) give (5, 4, n, m).

**Write** `matmul(a, b)` with nothing but broadcasting, elementwise multiplication and a sum.

- `a` is (..., n, k) and `b` is (..., k, m), with two axes or more; the result is (..., n, m). The batch axes broadcast. Axes
  of size 1 stay.
- No Python loop, over none of the axes.
- Raise `ValueError` if the last size of `a` is not the last but one of `b`. Broadcasting alone would not notice if one of
  the two is 1.
- Do without all that multiplies matrices or vectors for you: `@`, `matmul`, `mm`, `bmm`, `mv`, `dot`, `inner`, `einsum`,
  `tensordot`, `linear` and the like, and without what has such a product inside: `embedding_bag`, distances as `cdist`
  gives them, equations that are solved.

Your function holds n · k · m products at a time, which torch's own never does. That is why it is an exercise only.

Example: the row `[[1, 2]]` times the column `[[3], [4]]` is `[[11]]`. The column times the row is `[[3, 6], [4, 8]]`.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 2.2, equation 2.5.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def matmul(a: Float[Tensor, "*#batch n k"], b: Float[Tensor, "*#batch k m"]) -> Float[Tensor, "*batch n m"]:
    """The product of the matrices in the last two axes; the axes before them broadcast.

    Raises:
        ValueError: the rows of `a` and the columns of `b` are not of the same length.

    >>> import torch
    >>> row, column = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [4.0]])
    >>> matmul(row, column)
    tensor([[11.]])
    >>> matmul(column, row)
    tensor([[3., 6.],
            [4., 8.]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
