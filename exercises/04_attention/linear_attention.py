r"""# Linear attention

Softmax attention compares every query with every key: T × T scores, so that a text twice as long takes four times the
work and the memory. Linear attention replaces the exponential of a score by a product of features that are computed for
queries and keys separately, $\phi(q) \cdot \phi(k)$ with $\phi(x) = \operatorname{elu}(x) + 1$, and then does the sums
in another order.

$$\operatorname{out}_t = \frac{\sum_s \big(\phi(q_t) \cdot \phi(k_s)\big)\, v_s}{\sum_s \phi(q_t) \cdot \phi(k_s)}
= \frac{\phi(q_t)^\top M}{\phi(q_t)^\top z}, \qquad M = \sum_s \phi(k_s)\, v_s^\top, \qquad z = \sum_s \phi(k_s)$$

M (d × dv) and z (d) do not depend on the query: they are computed once, and no T × T matrix is ever needed. In causal
attention the sums for query t run over s ≤ t. So each query has its own M and z, but these need not be summed up anew:
those of query t are those of query t - 1 and one term more.

The function elu(x) is x for x > 0 and $e^x - 1$ otherwise. So φ(x) is x + 1 for x > 0 and $e^x$ otherwise: never
negative. The divisor makes the weights of a query sum to one, as softmax does.

**Write** `linear_attention(q, k, v, causal=False)`.

- `q` is (..., T, d), `k` is (..., S, d), `v` is (..., S, dv), and the result is (..., T, dv). The leading axes are any
  number of batch and head axes, also none, and the same for all three.
- φ acts on queries and keys, each number by itself. Values are left as they are, and there is no √d.
- With `causal`, S is T, and query t attends to keys 0 to t.
- Never build a matrix (T × S). M for all t at once, (T, d, dv), is fine. This is tested with T = S = 128 and widths of
  4 and 3: no tensor made on the way may hold more than half as many numbers as (T × S) has.
- The work grows as T, not as T²: with `causal`, carry M and z along, or sum them up by `cumsum`.
- An epsilon in the divisor is not needed, but one of 1e-6 is allowed.
- The result has the dtype of the inputs, and the arguments are left as they are. Gradients flow to all three, also
  where numbers are as large as 100.
- Do without torch's own attention. Its `elu` may be used.

Example: q = 0, keys 0 and 2, values 4 and 8, all of width 1. φ gives 1 for the query, 1 and 3 for the keys. M is
1 · 4 + 3 · 8 = 28, z is 4, and the result is 28 / 4 = 7. The weights are 1/4 and 3/4.

Source: Katharopoulos et al., *Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention* (2020),
section 3.2, equations 5 and 7, and section 3.3, equations 9 to 12.
"""

import torch.nn.functional as F
import torch
from jaxtyping import Float
from torch import Tensor


def linear_attention(
    q: Float[Tensor, "*batch T d"],
    k: Float[Tensor, "*batch S d"],
    v: Float[Tensor, "*batch S dv"],
    causal: bool = False,
) -> Float[Tensor, "*batch T dv"]:
    """Attention with weights in proportion to φ(q)·φ(k), where φ is elu + 1.

    >>> import torch
    >>> k, v = torch.tensor([[0.0], [2.0]]), torch.tensor([[4.0], [8.0]])
    >>> linear_attention(torch.tensor([[0.0]]), k, v)
    tensor([[7.]])
    >>> linear_attention(torch.zeros(2, 1), k, v, causal=True)
    tensor([[4.],
            [7.]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
