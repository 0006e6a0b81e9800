r"""# Flash attention

The weights of attention, T × S numbers for each head, are by far the largest thing in it, and they are only needed on
the way. Flash attention never has them in memory at once. It goes through keys and values block by block, and keeps for
each query what it knows so far: the largest score m, the sum ℓ of the exponentials, and the weighted sum o of the
values. On a GPU this is much faster, too, since a block fits into the small, fast memory of the chip.

The trouble is the softmax. For it not to overflow, the largest score must be subtracted from all scores, and it is not
known before the last block. So the largest score so far is subtracted, and when a block brings a larger one, what was
summed up is put right. For a block with the scores $s_j$ and the values $v_j$:

$$m' = \max\!\big(m, \max_j s_j\big), \qquad
\ell' = e^{m - m'} \ell + \sum_j e^{s_j - m'}, \qquad
o' = e^{m - m'} o + \sum_j e^{s_j - m'} v_j$$

At the start m is −∞, and ℓ and o are 0. After the last block the result is o / ℓ, for each query.

**Write** `flash_attention(q, k, v, block_size=64, causal=False)`, which gives what
$\operatorname{softmax}(Q K^\top / \sqrt d)\, V$ gives.

- `q` is (..., T, d), `k` is (..., S, d), `v` is (..., S, dv), and the result is (..., T, dv). The leading axes are any
  number of batch and head axes, also none, and the same for all three.
- No tensor made on the way holds more than `block_size` × max(S, d) numbers for each batch entry and head. This is
  asked for T ≤ S and dv ≤ d ≤ `block_size`, where the result itself is no larger. You may take all queries at once, or
  take them in blocks, too.
- T and S need not be multiples of `block_size`, and it may be larger than both.
- With `causal`, the last query stands at the last key, as in generation with a cache: query t, counted from 0, attends
  to keys 0 to t + S − T. If there are more queries than keys, the first ones may attend to nothing and give zeros.
- Scores may be as large as 10 000 and as low as −10 000. Nothing overflows then, and no more than the usual rounding is
  lost: keep m and ℓ apart, since of log ℓ + m, a number near 10 000, float32 would hold three decimals only.
- The result has the dtype of the inputs, and the arguments are left as they are. Gradients are not asked for.
  Sums in float32 are welcome for inputs in half precision, but float64 must not be rounded to it.
- Do without torch's own attention, `softmax`, `log_softmax`, `logsumexp` and `logcumsumexp`.

Example: one query, blocks of one key, with the scores 0 and log 3 and the values 4 and 8. After the first block m = 0,
ℓ = 1, o = 4. The second has a larger score, so that both are multiplied by $e^{0 - \log 3}$ = 1/3: ℓ = 1/3 + 1 and
o = 4/3 + 8. The result is (28/3) / (4/3) = 7.

Source: Dao et al., *FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness* (2022), section 3.1,
algorithm 1. Online softmax: Milakov and Gimelshein, *Online normalizer calculation for softmax* (2018), algorithm 3.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def flash_attention(
    q: Float[Tensor, "*batch T d"],
    k: Float[Tensor, "*batch S d"],
    v: Float[Tensor, "*batch S dv"],
    block_size: int = 64,
    causal: bool = False,
) -> Float[Tensor, "*batch T dv"]:
    """Attention that never holds more of the weights than those of a block of keys.

    >>> q, k = torch.tensor([[1.0]]), torch.tensor([[0.0], [math.log(3)]])
    >>> v = torch.tensor([[4.0], [8.0]])
    >>> flash_attention(q, k, v, block_size=1)
    tensor([[7.]])
    >>> flash_attention(q.expand(2, 1), k, v, causal=True)
    tensor([[4.],
            [7.]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
