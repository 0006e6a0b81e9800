r"""# Sinusoidal position encoding

Attention does not see in which order the tokens come: shuffle them, and every output is the same mean of values, in
another order. So the first transformer adds to each token a vector that tells its position. A vector of sines and
cosines of many frequencies works like the hands of a clock: the fast ones tell neighbours apart, the slow ones tell where
in the text they are. And the encoding of position $t + k$ follows from that of $t$ by a rotation that depends on $k$
alone, so that "three tokens before" is easy to learn.

$$P_{t, 2i} = \sin\frac{t}{b^{2i / D}} \qquad P_{t, 2i + 1} = \cos\frac{t}{b^{2i / D}} \qquad i = 0, \dots, D/2 - 1$$

Sine and cosine of one frequency are neighbours: column 0 is the fastest sine, column 1 its cosine, column 2 the next sine.
The frequencies fall from 1 almost down to 1/b.

**Write** `sinusoidal_encoding(length, d_model, base=10000.0)`, which returns the matrix $P$.

- The shape is (T, D) with T = `length` and D = `d_model`: a row for each position, from 0 on. $b$ is the `base`.
- An odd `d_model` leaves a sine without its cosine: raise `ValueError`.
- The result is a float32 tensor on the CPU.
- Every number is right to five decimals up to position 10 000. An angle of 10 000 has no more than three correct decimals
  in float32, since float32 has about seven digits in all. So compute frequencies and angles in float64, and convert the
  sines and cosines at the end.

Example: with `d_model` = 4 the frequencies are 1 and 1/100. Position 0 has the row [0, 1, 0, 1], and position 1 the row
[sin 1, cos 1, sin 0.01, cos 0.01] = [0.8415, 0.5403, 0.0100, 0.9999].

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.5.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def sinusoidal_encoding(length: int, d_model: int, base: float = 10000.0) -> Float[Tensor, "T D"]:
    """The encodings of the positions 0 to `length` - 1, one in each row.

    Raises:
        ValueError: `d_model` is odd.

    >>> sinusoidal_encoding(length=2, d_model=4)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
