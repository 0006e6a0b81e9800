r"""# ALiBi

ALiBi tells attention about positions in the simplest way there is: a key costs the more, the further it lies behind the
query. From each score a number is taken that grows with the distance, before the softmax. Every head has a slope of its
own, so that some look at what is near and others far back. Nothing is learned, and a model trained on short texts can
read longer ones. The name means "attention with linear biases"; BLOOM and MPT use it.

To the score of query $i$ and key $j$ in head $h$ is added

$$B_{h, i, j} = m_h \, (j - i),$$

which is 0 for the query's own token and negative for all before it. With $H$ heads the slopes are

$$m_h = 2^{-8 h / H}, \qquad h = 1, \dots, H,$$

if $H$ is a power of two: for 8 heads 1/2, 1/4, ..., 1/256. For any other $H$, let $n$ be the next lower power of two. The
first $n$ slopes are those of $n$ heads, and the other $H - n$ are the first, third, fifth, ... of those of $2n$ heads:

$$m_h = 2^{-8 h / n}, \quad h = 1, \dots, n, \qquad m_{n + k} = 2^{-4 (2 k - 1) / n}, \quad k = 1, \dots, H - n.$$

**Write** `alibi_bias(num_heads, T, S)`, which returns $B$.

- The shape is (H, T, S), with H = `num_heads`, a row for each of T queries and a column for each of S keys. It broadcasts
  with scores of the shape (B, H, T, S).
- The queries are the last T of the S tokens, as in generation, where the keys of earlier tokens are kept. So query $i$,
  counted from 0, is token $i + S - T$, and that is what stands for $i$ in the formula. $S$ is at least $T$.
- The formula goes on for keys that come after the query, where it is positive. That does no harm, since a causal mask
  hides those keys. There is no mask in the bias.
- Any `num_heads` from 1 on.
- The result is a float32 tensor on the CPU. The caller moves it to a GPU.

Example: one head has the slope 1/256. Of 3 heads the slopes are 1/16 and 1/256, those of 2 heads, and then 1/4, the first
of 4 heads. With T = 2 and S = 3 the queries are the tokens 1 and 2, and the bias of the first head is
[[-1/16, 0, 1/16], [-2/16, -1/16, 0]].

Source: Press, Smith and Lewis, *Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation*
(2022), section 3. Numbers of heads that are no power of two: the authors' code, `get_slopes`.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def alibi_bias(num_heads: int, T: int, S: int) -> Float[Tensor, "H T S"]:
    """What is added to the scores of T queries and S keys in each head.

    >>> alibi_bias(num_heads=3, T=2, S=3)
    tensor([[[-0.0625,  0.0000,  0.0625],
             [-0.1250, -0.0625,  0.0000]],
    <BLANKLINE>
            [[-0.0039,  0.0000,  0.0039],
             [-0.0078, -0.0039,  0.0000]],
    <BLANKLINE>
            [[-0.2500,  0.0000,  0.2500],
             [-0.5000, -0.2500,  0.0000]]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
