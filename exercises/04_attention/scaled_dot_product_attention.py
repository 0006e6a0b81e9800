r"""# Scaled dot-product attention

Attention is how a token takes in what other tokens have to say. Each token asks with a query $q$. Every token it may
look at answers with a key $k$ and offers a value $v$. The better a key fits the query, the more of its value the token
takes: the result is a weighted mean of the values. This one operation is at the heart of every transformer.

$$\operatorname{attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V$$

The queries are the T rows of $Q$ (T × d), the keys the S rows of $K$ (S × d), and the values the S rows of $V$ (S × dv).
$Q K^\top$ (T × S) holds a score for each query and key. The softmax goes along each row, so that the weights of a query
sum to one. A dot product of d terms has a standard deviation of $\sqrt d$ if each term has one of 1: dividing by
$\sqrt d$ keeps the softmax from putting all weight on one key as d grows.

**Write** `attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False)`, which returns `(out, weights)`.

- `q` is (..., T, d), `k` is (..., S, d), `v` is (..., S, dv). `out` is (..., T, dv), `weights` is (..., T, S). The leading
  axes are any number of batch and head axes, also none. They broadcast, as in `@`: 8 heads of queries may share the
  keys of 1.
- `scale` is what the scores are multiplied by; `None` means $1 / \sqrt d$. Zero is a scale like any other.
- `mask` is boolean and broadcasts to (..., T, S). True means that the query may attend to the key. A hidden key gets
  the weight 0, exactly, whatever its score, also where that has overflowed to +inf (replace hidden scores: whatever is
  added to +inf, +inf or NaN comes of it), and the weights of the others sum to one.
- A query that may attend to nothing, as for padding, has nothing to take in: its weights and its output are zeros, and
  all gradients stay finite.
- Dropout acts on the weights, and only when `training`: each weight by itself becomes 0 with probability `dropout_p`
  (0 ≤ p < 1), and those that are kept are divided by 1 - p. `F.dropout` may be used. The weights returned are the
  ones after dropout, those that `out` was made with.
- Both results have the dtype of the inputs, gradients flow through both, and the arguments are left as they are. A
  softmax in float32 is welcome for inputs in half precision, but float64 must not be rounded to it.
- Scores may be as large as 12 000 and as low as -12 000, and no more than the usual rounding is lost then. So not
  exp(S - logsumexp S): of logsumexp S, a number near 12 000, float32 holds three decimals only.
- Do without torch's own attention. Its `softmax` may be used.

Example: the query (1, 0) with the keys (log 3, 0) and (0, 5), and a scale of 1, has the scores log 3 and 0. The softmax
makes weights of 3/4 and 1/4, and of the values 4 and 8 it gives 3/4 · 4 + 1/4 · 8 = 5.

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.2.1, equation 1 and footnote 4.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor


def attention(
    q: Float[Tensor, "*#batch T d"],
    k: Float[Tensor, "*#batch S d"],
    v: Float[Tensor, "*#batch S dv"],
    mask: Bool[Tensor, "*#batch #T #S"] | None = None,
    scale: float | None = None,
    dropout_p: float = 0.0,
    training: bool = False,
) -> tuple[Float[Tensor, "*batch T dv"], Float[Tensor, "*batch T S"]]:
    """For each query the mean of the values, weighted by how well the keys fit, and the weights.

    >>> q = torch.tensor([[1.0, 0.0]])
    >>> k = torch.tensor([[math.log(3), 0.0], [0.0, 5.0]])
    >>> v = torch.tensor([[4.0], [8.0]])
    >>> attention(q, k, v, scale=1.0)
    (tensor([[5.]]), tensor([[0.7500, 0.2500]]))
    >>> attention(q, k, v, mask=torch.tensor([[False, True]]))
    (tensor([[8.]]), tensor([[0., 1.]]))
    >>> attention(q, k, v, mask=torch.tensor([[False, False]]))
    (tensor([[0.]]), tensor([[0., 0.]]))
    """
    # YOUR CODE HERE
    raise NotImplementedError
