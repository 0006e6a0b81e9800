r"""# A data set of windows

A language model learns to predict the next token. What it learns from is one long sequence of $N$ token ids, much longer than
the model can read at once. So it is cut into windows of T tokens, `block_size`. A sample is a pair: the window $x$, and as
the target $y$ the same window moved one token on, so that $y_i$ is the token that comes after $x_i$. With S tokens from the
beginning of one window to the beginning of the next, the `stride`, window k is

$$x^{(k)} = (t_{kS}, \dots, t_{kS + T - 1}), \qquad y^{(k)} = (t_{kS + 1}, \dots, t_{kS + T}), \qquad k = 0, 1, 2, \dots$$

A window and its target take T + 1 tokens. As many windows are made as fit into the sequence whole:

$$\left\lfloor \frac{N - T - 1}{S} \right\rfloor + 1$$

What is left at the end is too short for one more, and is not used.

**Write** `class WindowDataset(Dataset)`, which a `DataLoader` can take its batches from.

- `__init__(tokens, block_size, stride=None)` takes the tokens (N,), int64. Without a `stride`, the windows begin
  `block_size` apart, so that each token is read at most once. A smaller stride makes windows that overlap, a larger one
  leaves tokens out.
- Raise `ValueError` there if N is too small for a single window; T + 1 tokens are just enough. Raise it also for a
  `block_size` or a `stride` below 1: a stride of 0 is not "none given".
- `len(dataset)` is the number of windows.
- `dataset[k]` is the tuple `(x, y)` of window k, each (T,), int64.
- An index means what it means for a list. `dataset[-1]` is the last window, `dataset[-2]` the one before it. Beyond either
  end, raise `IndexError`: that is how `for x, y in dataset` knows where to stop.
- Several data sets may be in use at the same time. The tokens are left as they are.

Example: 8 tokens, 10 to 17, and a `block_size` of 3 make two windows: `[10, 11, 12]` with the target `[11, 12, 13]`, and
`[13, 14, 15]` with `[14, 15, 16]`. A third would need tokens up to 19. With a `stride` of 2 there are three; the third is
`[14, 15, 16]` with `[15, 16, 17]`, and nothing is left.

Source: Dai et al., *Transformer-XL* (2019), section 3.1: a text is split into segments, each is learned from by itself, and at
evaluation they may overlap, down to a stride of 1.
"""

import torch
from jaxtyping import Int64
from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    """Windows of a long sequence of tokens, each with the tokens that come next.

    >>> import torch
    >>> dataset = WindowDataset(torch.arange(10, 18), block_size=3, stride=2)
    >>> len(dataset)
    3
    >>> dataset[2]
    (tensor([14, 15, 16]), tensor([15, 16, 17]))
    """

    def __init__(self, tokens: Int64[Tensor, "N"], block_size: int, stride: int | None = None):
        """Take the tokens to cut windows of `block_size` from, one every `stride` tokens.

        Raises:
            ValueError: there are too few tokens for one window, or `block_size` or `stride` is below 1.
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def __len__(self) -> int:
        """The number of windows."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __getitem__(self, index: int) -> tuple[Int64[Tensor, "T"], Int64[Tensor, "T"]]:
        """The window number `index` and its target.

        Raises:
            IndexError: there is no such window.
        """
        # YOUR CODE HERE
        raise NotImplementedError
