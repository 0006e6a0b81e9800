r"""# Rotary position embedding (RoPE)

Llama and most language models since then do not add anything to their tokens to tell positions. They rotate the queries
and keys of attention, by angles that grow with the position. A score is a dot product, and a dot product changes only
with the angle between its two vectors: rotating one by the angle of position $m$ and the other by that of position $n$
makes it depend on $m - n$ alone.

A rotation acts on two numbers at a time. Llama pairs number $i$ of the first half of a vector with number $i$ of the
second half (the paper pairs neighbours, which is another layout and does not fit Llama's weights). Pair $i$ of a vector
with $d$ numbers turns by the angle

$$\theta_{t, i} = \frac{t}{b^{2i / d}}, \qquad i = 0, \dots, d/2 - 1,$$

at position $t$. With $x_1$ for the first half of the vector and $x_2$ for the second, all pairs turn at once:

$$\begin{aligned} y_1 &= x_1 \cos \theta - x_2 \sin \theta \\ y_2 &= x_2 \cos \theta + x_1 \sin \theta \end{aligned}$$

**Write** `rope_tables(length, d, base=10000.0)`, which returns `(cos, sin)`, made once for all layers.

- Both have the shape (T, d), with T = `length`, a row for each position from 0 on. $b$ is the `base`, `d` is even.
- The d/2 angles of a position stand in its row twice, one half after the other, so that the tables fit whole vectors.
- The tables are float32 tensors on the CPU. The caller moves them to a GPU.

**Write** `apply_rope(x, cos, sin, positions=None)`, which returns the rotated `x`.

- `x` has the shape (..., T, d), such as (B, H, T, d) for H heads. All leading axes are treated alike.
- The tables have a row for each position up to the largest that is looked up. They may have more.
- `positions` says at which position each of the T vectors is. `None` means 0 to T - 1. A tensor (T,) of whole numbers
  holds for all sequences. A tensor (B, T) has a row for each sequence, and the sequences are the first axis of `x`,
  which may be (B, T, d), (B, H, T, d) or have even more axes in between.
- The result has the shape and the dtype of `x`, which may be half precision while the tables are float32.
- The length of a vector stays as it is, and gradients reach `x`.

Example: with d = 2 there is one pair, and its angle is the position. At position 1 the vector (1, 0) becomes
(cos 1, sin 1) = (0.5403, 0.8415).

Source: Su et al., *RoFormer: Enhanced Transformer with Rotary Position Embedding* (2021), section 3.4.2, equation 34,
with the halves of Llama in place of neighbours.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def rope_tables(
    length: int, d: int, base: float = 10000.0
) -> tuple[Float[Tensor, "length d"], Float[Tensor, "length d"]]:
    """The cosines and sines of the angles of the positions 0 to `length` - 1.

    >>> cos, sin = rope_tables(length=2, d=4)
    >>> cos
    tensor([[1.0000, 1.0000, 1.0000, 1.0000],
            [0.5403, 0.9999, 0.5403, 0.9999]])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def apply_rope(
    x: Float[Tensor, "*batch T d"],
    cos: Float[Tensor, "length d"],
    sin: Float[Tensor, "length d"],
    positions: Int[Tensor, "T"] | Int[Tensor, "B T"] | None = None,
) -> Float[Tensor, "*batch T d"]:
    """Each vector of `x`, rotated by the angles of its position.

    >>> cos, sin = rope_tables(length=9, d=2)
    >>> x = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    >>> apply_rope(x, cos, sin)
    tensor([[1.0000, 0.0000],
            [0.5403, 0.8415]])
    >>> apply_rope(x, cos, sin, positions=torch.tensor([1, 0]))
    tensor([[0.5403, 0.8415],
            [1.0000, 0.0000]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
