r"""# The nearest vectors

Which words are used like "frog"? Which documents answer a question? When words or documents have vectors, such questions come
down to one: which vectors of a table point most nearly in the direction of a query? Search by meaning, retrieval for a language
model, and the tables of neighbours in papers on word vectors are all this.

The **cosine** of the angle between two vectors tells how nearly they point the same way. It is 1 for the same direction, 0 for a
right angle, -1 for opposite directions, and how long the vectors are does not matter:

$$\cos(q, t) = \frac{q \cdot t}{\lVert q \rVert \, \lVert t \rVert}$$

**Write** `nearest(query, table, k)`. It returns `(scores, indices)`, of the k rows of the table with the largest cosines.

- The table is (N, D). For one query, (D,), both results are (k,). For several, (Q, D), both are (Q, k), a row for each query; also
  if Q or k is 1. k is from 1 to N.
- The best row comes first. Scores are the cosines, in the dtype of the query and the table, half precision included; indices are
  int64.
- Of rows with equal scores the one with the lower index comes first, also where only some of them are among the k. `torch.topk`
  promises no order there, and neither does `torch.sort` unless it is told to be stable. (The rows that are graded have scores
  that are clearly apart, or equal however they are worked out, without rounding.)
- A vector of zeros has no direction. Its cosine with anything is to be 0, whether it is the query or a row; nothing is NaN. So it
  comes before all rows with negative cosines.
- Directions count, not lengths, however short or long: numbers of $10^{-30}$ or $10^{30}$ are fine, in one table, too, though in
  float32 their squares are 0 or infinite. This is stricter than usual: `F.normalize` takes vectors shorter than $10^{-12}$ for
  almost nothing, and `F.cosine_similarity` those shorter than $10^{-8}$. How can a vector be given another length before anything
  is squared?
- Query and table stay as they are. No gradient is asked for.

Example: the query is (1, 0), the table has the rows (0, 2), (3, 4), (0, 0) and (10, 0). The cosines are 0, 3/5, 0 and 1. The best
two are row 3 with 1 and row 1 with 0.6. The best three have row 0 as well: it is as good as row 2, and comes before it.

Source: Manning, Raghavan and Schütze, *Introduction to Information Retrieval* (2008), section 6.3.1.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def nearest(
    query: Float[Tensor, "*Q D"], table: Float[Tensor, "N D"], k: int
) -> tuple[Float[Tensor, "*Q k"], Int[Tensor, "*Q k"]]:
    """Cosines and indices of the k rows of the table that point most nearly where the query does, the best first.

    >>> import torch
    >>> table = torch.tensor([[0.0, 2.0], [3.0, 4.0], [0.0, 0.0], [10.0, 0.0]])
    >>> nearest(torch.tensor([1.0, 0.0]), table, k=3)
    (tensor([1.0000, 0.6000, 0.0000]), tensor([3, 1, 0]))
    """

    # YOUR CODE HERE
    raise NotImplementedError
