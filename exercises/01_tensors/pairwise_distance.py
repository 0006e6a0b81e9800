r"""# Pairwise distances

How far is each of N points from each of M others? Nearest neighbours, k-means and retrieval by embedding all start with
this table. Most of them need the squared distance only, which spares the root:

$$d_{ij} = \lVert x_i - y_j \rVert^2 = \sum_{k=1}^{D} (x_{ik} - y_{jk})^2$$

**Broadcasting** makes the table without a loop. Two tensors of unlike shape are lined up at their last axes. Where one has
the size 1, or no axis at all, it is repeated to fit the other: (4, 1) and (3,) give (4, 3).

**Write** `pairwise_sq_distance(x, y)`. It takes N points `x` and M points `y`, with D numbers each, and returns the squared
distances as (N, M). Entry (i, j) belongs to the points `x[i]` and `y[j]`.

- No Python loop: neither over the points nor over the D numbers of a point.
- N, M and D may be any sizes of 1 or more. The result has two axes and the dtype of the points.
- Subtract first. The square multiplied out, $\lVert x_i \rVert^2 - 2\, x_i \cdot y_j + \lVert y_j \rVert^2$, spares the
  (N, M, D) tensor of differences, but takes large numbers from each other. For the points 10000.5 and 10001 in float32
  nothing true is left: the squares are rounded to multiples of 8, and 1/4 comes out as 0. Other points give a negative
  number. Your distances must be accurate in every dtype, also for points that are near each other and far from the
  origin, and never negative.
- The gradient is right for two equal points, too: it is 0 there.
- Do without `torch.cdist` and `torch.pdist`.

Example: from the points (0, 0) and (3, 4) to the point (3, 0) the squared distances are 9 and 16.

Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 9.1, equation 9.2. Why to subtract first:
Higham, *Accuracy and Stability of Numerical Algorithms* (2002), section 1.7.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def pairwise_sq_distance(x: Float[Tensor, "N D"], y: Float[Tensor, "M D"]) -> Float[Tensor, "N M"]:
    """The squared distance of every point in `x` from every point in `y`.

    >>> import torch
    >>> pairwise_sq_distance(torch.tensor([[0.0, 0.0], [3.0, 4.0]]), torch.tensor([[3.0, 0.0]]))
    tensor([[ 9.],
            [16.]])
    >>> pairwise_sq_distance(torch.tensor([[10000.5]]), torch.tensor([[10001.0]]))
    tensor([[0.2500]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
