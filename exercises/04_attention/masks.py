r"""# Attention masks

Attention lets every token look at every other one. Often it may not. A language model that writes from left to right must
not see what comes next. And since texts in a batch are padded to the same length, no token should look at the padding.
Masks say who may look at whom. Here a mask is boolean, and **True means: this query may attend to this key**. (There are
libraries in which True means the opposite. Always look it up.)

A causal mask for T queries and S keys has the shape (T, S). If there are as many queries as keys, it is a triangle:

$$\begin{bmatrix} 1 & 0 & 0 \\ 1 & 1 & 0 \\ 1 & 1 & 1 \end{bmatrix}$$

In generation there are more keys than queries, because the keys of earlier tokens are kept. Then the queries are the last T
of the S tokens, so that the triangle is aligned to the end. Query $i$, counted from 0, may attend to key $j$ if

$$j \le i + S - T.$$

**Write** `causal_mask(T, S=None)`.

- The result has the shape (T, S). `None` means that there are as many keys as queries.
- The formula holds for S < T as well. Then the first queries may attend to nothing.
- The mask is on the CPU, since there is no tensor to tell another device. The caller moves it.

**Write** `padding_mask(lengths, T)`.

- `lengths` is a tensor (B,) of whole numbers: how many real tokens each sequence has. They come first, and padding
  follows up to T. A length may be 0.
- The result is True for the real tokens. It has the shape (B, 1, T): the padding is hidden as a key, and the axis of
  length 1 stands for the queries, which all see the same. So it fits scores (B, T, T) by broadcasting. (For scores
  with heads, (B, H, T, T), the caller adds an axis: `mask.unsqueeze(1)`.)
- It is on the device of `lengths`.

**Write** `combine(*masks)`.

- A query may attend to a key if all masks allow it. The masks may be of different shapes and broadcast, also when none
  of them has the full shape: (T, T) and (B, 1, T) make (B, T, T).
- `None` stands for no mask, and is passed over. If there is nothing else, the result is `None`.
- The masks are left as they are.

All masks are boolean tensors.

Example: a sequence of 2 real tokens, padded to 3, has the padding mask [[True, True, False]]. Combined with the causal mask
it gives [[True, False, False], [True, True, False], [True, True, False]].

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.2.3.
"""

import torch
from jaxtyping import Bool, Int
from torch import Tensor


def causal_mask(T: int, S: int | None = None) -> Bool[Tensor, "T S"]:
    """True where a key is not after the query. The last query stands at the last key.

    >>> causal_mask(2)
    tensor([[ True, False],
            [ True,  True]])
    >>> causal_mask(2, 4)
    tensor([[ True,  True,  True, False],
            [ True,  True,  True,  True]])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def padding_mask(lengths: Int[Tensor, "B"], T: int) -> Bool[Tensor, "B 1 T"]:
    """True for the first `lengths[b]` of T keys in sequence b, for whichever query.

    >>> padding_mask(torch.tensor([3, 1]), T=3)
    tensor([[[ True,  True,  True]],
    <BLANKLINE>
            [[ True, False, False]]])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def combine(*masks: Bool[Tensor, "*#shape"] | None) -> Bool[Tensor, "*shape"] | None:
    """True where all masks are. None among them is passed over.

    >>> combine(causal_mask(3), None, padding_mask(torch.tensor([2]), T=3))
    tensor([[[ True, False, False],
             [ True,  True, False],
             [ True,  True, False]]])
    >>> combine(None, None) is None
    True
    """
    # YOUR CODE HERE
    raise NotImplementedError
