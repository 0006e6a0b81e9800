r"""# Sliding-window attention

In full attention each token looks at all that came before it, so that a text twice as long takes four times the work.
But most of what a token needs is near by. With a sliding window each token looks at the last W tokens only, itself
among them. What is further back is not lost: in the next layer a token takes in what its neighbours took in from
theirs, so that with L layers news can travel L (W - 1) tokens far. Mistral 7B was built like that. Gemma 2 has a window
in every other layer.

$$\operatorname{out}_t = \sum_{s = \max(0,\, t - W + 1)}^{t} a_{ts}\, v_s, \qquad
a_{ts} = \frac{\exp(q_t \cdot k_s / \sqrt d)}{\sum_{r = \max(0,\, t - W + 1)}^{t} \exp(q_t \cdot k_r / \sqrt d)}$$

Positions count from 0. The weights of the keys in the window sum to one.

**Write** `sliding_window_attention(q, k, v, window)`.

- `q` and `k` are (..., T, d), `v` is (..., T, dv), and the result is (..., T, dv). The leading axes are any number of
  batch and head axes, also none, and the same for all three.
- Query t attends to key t and to the `window` - 1 keys before it, as far as there are any: the first tokens have fewer,
  and no token attends to a later one. `window` is 1 or more, and may be larger than T.
- Keys outside of the window have no influence, however large their scores are.
- The result has the dtype of the inputs, gradients flow to all three, and the arguments are left as they are. A
  softmax in float32 is welcome for inputs in half precision, but float64 must not be rounded to it.
- Do without torch's own attention. Its `softmax` may be used. It is enough to hide scores of the whole matrix (T × T):
  saving the work is another matter.

Example: with 5 tokens and a window of 3, query 0 attends to key 0, query 1 to keys 0 and 1, query 2 to keys 0, 1 and 2,
query 3 to keys 1, 2 and 3, and query 4 to keys 2, 3 and 4.

Source: Jiang et al., *Mistral 7B* (2023), section 2, "Sliding Window Attention", and figure 1. Beltagy, Peters and
Cohan, *Longformer: The Long-Document Transformer* (2020), section 3.1.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def sliding_window_attention(
    q: Float[Tensor, "*batch T d"],
    k: Float[Tensor, "*batch T d"],
    v: Float[Tensor, "*batch T dv"],
    window: int,
) -> Float[Tensor, "*batch T dv"]:
    """Causal attention in which each query sees the last `window` keys, its own among them.

    >>> q = k = torch.zeros(5, 1)  # scores of 0: the mean of what a query attends to
    >>> v = torch.tensor([[0.0], [2.0], [4.0], [6.0], [8.0]])
    >>> sliding_window_attention(q, k, v, window=3).flatten()
    tensor([0., 1., 2., 4., 6.])
    >>> sliding_window_attention(q, k, v, window=1).flatten()
    tensor([0., 2., 4., 6., 8.])
    """
    ### BEGIN SOLUTION
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # (..., T, T)
    position = torch.arange(q.shape[-2], device=q.device)  # (T,)
    back = position[:, None] - position[None, :]  # (T, T): how far the key lies before the query
    mask = (back >= 0) & (back < window)  # (T, T)
    weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)  # (..., T, T): each row has at least its own key
    return weights @ v  # (..., T, dv)
    ### END SOLUTION
