"""Makes the list of all N * M pairs by repeating the points, and folds their distances into a table at the end."""

from torch import Tensor


def pairwise_sq_distance(x: Tensor, y: Tensor) -> Tensor:
    n, m = x.shape[0], y.shape[0]
    first = x.repeat_interleave(m, dim=0)
    second = y.repeat(n, 1)
    return (first - second).square().sum(dim=1).view(n, m)
