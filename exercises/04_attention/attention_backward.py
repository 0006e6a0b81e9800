r"""# The backward pass of attention

Autograd finds all gradients by itself. But whoever writes a fast attention, as flash attention is, has to write its
backward pass, too, and it is good to have done it once by hand: four products of matrices, and in between the
derivative of a softmax.

The forward pass is, with the mask left out,

$$S = \frac{Q K^\top}{\sqrt d}, \qquad P = \operatorname{softmax}(S), \qquad O = P V$$

where the softmax goes along each row. Let $\mathrm{d}O$ be the gradient of a loss by $O$. Go backwards, one step at a
time. From $O = P V$:

$$\mathrm{d}V = P^\top\, \mathrm{d}O, \qquad \mathrm{d}P = \mathrm{d}O\, V^\top$$

In a row of the softmax each weight depends on all scores of the row. That gives

$$\mathrm{d}S_{ij} = P_{ij} \Big( \mathrm{d}P_{ij} - \sum_k P_{ik}\, \mathrm{d}P_{ik} \Big)$$

And from the product for the scores:

$$\mathrm{d}Q = \frac{\mathrm{d}S\, K}{\sqrt d}, \qquad \mathrm{d}K = \frac{\mathrm{d}S^\top\, Q}{\sqrt d}$$

**Write** `attention_backward(grad_out, q, k, v, mask=None)`, which returns `(dq, dk, dv)`.

- `q` is (..., T, d), `k` is (..., S, d), `v` is (..., S, dv). `grad_out` is $\mathrm{d}O$, (..., T, dv). The leading
  axes are any number of batch and head axes, also none, and the same for all four. `dq`, `dk` and `dv` have the shapes
  of `q`, `k` and `v`.
- `mask` is boolean and broadcasts to (..., T, S), True where the query may attend to the key. In the forward pass a
  hidden key has the weight 0, and the weights of the others sum to one.
- A query that may attend to nothing gave zeros in the forward pass, whatever q, k and v are. So its row of `dq` is
  zeros, and it adds nothing to `dk` and `dv`.
- Scores may be as large as 12 000 and as low as -12 000: nothing overflows then, and no more than the usual rounding is
  lost. So not exp(S - logsumexp S): of logsumexp S, a number near 12 000, float32 holds three decimals only.
- The results have the dtype of the inputs, and the arguments are left as they are. A softmax in float32 is not exact
  enough for float64.
- By hand: do without autograd in any form, and without torch's own attention. `softmax` may be used.

Example: one query, two keys with equal scores, the values 0 and 4, and $\mathrm{d}O$ = 1. P is (1/2, 1/2), dV is
(1/2, 1/2), dP is (0, 4), its mean with the weights P is 2, and so dS is (1/2 · (0 − 2), 1/2 · (4 − 2)) = (−1, 1): more
weight on the second value makes the output larger.

Source: Dao et al., *FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness* (2022), appendix B.2.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def attention_backward(
    grad_out: Float[Tensor, "*batch T dv"],
    q: Float[Tensor, "*batch T d"],
    k: Float[Tensor, "*batch S d"],
    v: Float[Tensor, "*batch S dv"],
    mask: Bool[Tensor, "*#batch #T #S"] | None = None,
) -> tuple[Float[Tensor, "*batch T d"], Float[Tensor, "*batch S d"], Float[Tensor, "*batch S dv"]]:
    """The gradients of q, k and v, from that of the output.

    >>> q, k = torch.tensor([[3.0]]), torch.tensor([[1.0], [1.0]])
    >>> v, grad_out = torch.tensor([[0.0], [4.0]]), torch.tensor([[1.0]])
    >>> dq, dk, dv = attention_backward(grad_out, q, k, v)
    >>> dk.flatten(), dv.flatten()
    (tensor([-3.,  3.]), tensor([0.5000, 0.5000]))
    >>> dq  # the keys are equal: no query tells them apart
    tensor([[0.]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
