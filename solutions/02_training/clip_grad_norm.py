r"""# Clipping gradients by their norm

Now and then a batch has a gradient many times as large as usual, and one step along it undoes the work of thousands. So
nearly every language model is trained with a limit on the length of the gradient: a longer one is shortened, and keeps its
direction. For that, all gradients of the model count as one long vector. Its length is the **global norm**

$$\lVert g \rVert = \sqrt{\sum_p \sum_i g_{p,i}^2},$$

over all parameters $p$ and all their numbers $i$. If it is above the limit $c$, every gradient is multiplied by the same factor
$c / \lVert g \rVert$, after which the norm is $c$. To shorten each gradient by itself would turn the direction.

**Write** `clip_grad_norm_(parameters, max_norm)`, which returns the norm that the gradients had before.

- `parameters` is an iterable of `nn.Parameter`s of any shapes, scalars and empty ones included. It may be a generator, as
  `model.parameters()` is, which can be gone through only once.
- Parameters whose `.grad` is `None` are left out. Where no gradient is left, the norm is 0.
- Gradients are changed in place, as the underscore in the name says: whoever else holds one of them sees the new numbers.
  Beware: `p.grad = p.grad * …` puts another tensor in its place. The parameters themselves stay as they are.
- A norm that is not above `max_norm` changes nothing.
- `max_norm` may be 0: then every gradient becomes 0, and gradients that are 0 already do not become NaN.
- Many add 1e-6 to the norm before they divide by it. That is allowed, and not asked for.
- The norm is a tensor with no axes, or a Python float. If a gradient holds infinity or NaN, so is the norm, and nothing is
  raised: whoever trains can see it and leave out the step. What becomes of the gradients then is left open.
- Gradients may be float32, float64 or bfloat16, and keep their dtype. In one list there may be several of these, as in
  training with mixed precision.
- Do without `torch.nn.utils`. Norms of single tensors, as `torch.linalg.vector_norm` gives them, may be used.

Example: two parameters have the gradients (3, 0) and 4. Their norm is 5. With `max_norm` 10 they stay as they are, with
`max_norm` 1 they become (0.6, 0) and 0.8. Both times 5 is returned.

Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks* (2013), section 3.2,
algorithm 1.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn


def clip_grad_norm_(parameters: Iterable[nn.Parameter], max_norm: float) -> Tensor | float:
    """Shorten the gradients, all by one factor, to a norm of at most `max_norm`; return the norm that they had.

    >>> w, b = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.tensor(0.0))
    >>> w.grad, b.grad = torch.tensor([3.0, 0.0]), torch.tensor(4.0)
    >>> float(clip_grad_norm_([w, b], max_norm=10.0))
    5.0
    >>> float(clip_grad_norm_([w, b], max_norm=1.0))
    5.0
    >>> w.grad, b.grad
    (tensor([0.6000, 0.0000]), tensor(0.8000))
    """
    ### BEGIN SOLUTION
    gradients = [p.grad for p in parameters if p.grad is not None]
    norms = [torch.linalg.vector_norm(g, dtype=torch.float64).item() for g in gradients]
    norm = math.hypot(*norms)  # of all numbers: the norm of the norms
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm
    ### END SOLUTION
