r"""# Sampling, with temperature, top-k and top-p

Greedy search writes dull texts, and repeats itself. So the next token is drawn at random instead, each as often as the model
thinks it likely. But a vocabulary has a long tail: thousands of tokens that are unlikely one by one, and together are drawn
every few words. Three knobs change the distribution before a token is drawn, here in this order.

The **temperature** $\tau$ divides the logits x. Below 1 the likely tokens become likelier, above 1 all become more alike.

$$z_v = x_v / \tau$$

**Top-k** leaves the k largest: a token stays if fewer than k have a larger logit.

$$v \text{ stays} \iff \#\{u : z_u > z_v\} < k$$

**Top-p**, or nucleus sampling, leaves as many of the most likely tokens as it takes for a total probability of p. Let q
be the softmax over what top-k has left. A token stays if those that are likelier than it have less than p together.

$$v \text{ stays} \iff \sum_{u :\, q_u > q_v} q_u < p$$

So the token with which the sum crosses p stays, too.

**Write** two functions. The first is `filter_logits(logits, temperature=1.0, top_k=None, top_p=None)`:

- `logits` is (..., V), with any number of axes before the last. Each row of V is filtered by itself. Some logits may be
  $-\infty$, but not all of a row, and they stay so. None is $+\infty$ or NaN.
- The result has the shape and dtype of `logits`: $z_v$ for a token that stays, in its place, and $-\infty$ for all others.
  `logits` itself stays as it is. float64 must not be rounded to float32 on the way.
- `temperature` is 0 or more. With 0, the result is what greedy search takes: the largest logit of each row stays as it is, of
  several the one of the lowest id, all others become $-\infty$. Top-k and top-p then change nothing. Every other number,
  one in a million too, divides.
- `top_k` is 1 or more, and may be larger than V. `top_p` is from 0 to 1. At 1 all tokens stay, also where those that are
  likelier have 1 together, rounded. The most likely one stays always, at 0 too. `None` means that a filter is not used.
- Equal logits share one fate, as the formulas have it, so more than k tokens may stay. (Beware: top-p is often written by
  sorting and cutting, which leaves it to the sort which of two equals stays.)

The second is `sample(logits, generator)`, which draws one token for each row:

- `logits` is (..., V), filtered or not; the result is int64 (...), so a single row (V,) gives a tensor without axes.
- The token v is drawn with the probability $\operatorname{softmax}(\text{logits})_v$, and one with a logit of $-\infty$ never.
  Logits may be as far apart as 10 000 and −10 000, and −10 000 is not $-\infty$ either.
- Rows are drawn independently of each other, also where they hold the same numbers.
- All chance comes from `generator`, which is on the device of `logits`: the same state of it gives the same tokens, and each
  call moves it on. torch's global generator stays as it is. `logits` stay as they are.
- How you draw is up to you. `torch.multinomial` may be used.

Example: the logits are $\log(0.4), \log(0.3), \log(0.2), \log(0.1)$. With `top_k=3`, three stay, with the probabilities 4/9, 3/9
and 2/9. With `top_p=0.75` besides, the first two make 7/9, which crosses 0.75: they stay, with 4/7 and 3/7. Without `top_k`, three
would stay, since 0.4 + 0.3 is less than 0.75.

Source: Fan, Lewis and Dauphin, *Hierarchical Neural Story Generation* (2018), section 5.4 (top-k); Holtzman et al., *The Curious
Case of Neural Text Degeneration* (2020), sections 3.1 to 3.3 (top-p, top-k and temperature). The order is Hugging Face's.
"""

import math

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor


def filter_logits(
    logits: Float[Tensor, "... V"], temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Float[Tensor, "... V"]:
    """The logits divided by the temperature, and -inf for tokens that top-k or top-p leave out.

    >>> logits = torch.tensor([4.0, 2.0, 1.0, 2.0])
    >>> filter_logits(logits, temperature=0.5)
    tensor([8., 4., 2., 4.])
    >>> filter_logits(logits, top_k=2)
    tensor([4., 2., -inf, 2.])
    >>> filter_logits(logits, top_p=0.7)
    tensor([4., -inf, -inf, -inf])
    >>> filter_logits(logits, temperature=0)
    tensor([4., -inf, -inf, -inf])
    """
    ### BEGIN SOLUTION
    if temperature == 0:
        best = logits.argmax(dim=-1, keepdim=True)  # (..., 1): of several that are the largest, the first
        return torch.full_like(logits, -math.inf).scatter(-1, best, logits.gather(-1, best))
    z = logits / temperature  # (..., V)
    if top_k is not None:
        kth = z.topk(min(top_k, z.shape[-1])).values[..., -1:]  # (..., 1)
        z = z.masked_fill(z < kth, -math.inf)
    if top_p is not None and top_p < 1:
        ordered = z.sort(dim=-1, descending=True).values  # (..., V)
        probs = ordered.softmax(dim=-1)
        before = probs.cumsum(dim=-1) - probs  # of all that are likelier
        before[..., 0] = -1.0  # the most likely one stays, whatever p is
        least = ordered.masked_fill(before >= top_p, math.inf).amin(dim=-1, keepdim=True)  # (..., 1)
        z = z.masked_fill(z < least, -math.inf)
    return z
    ### END SOLUTION


def sample(logits: Float[Tensor, "... V"], generator: Generator) -> Int64[Tensor, "..."]:
    """One token for each row, drawn with the probabilities that its logits give.

    >>> logits = torch.tensor([[-math.inf, 0.0, -math.inf], [-math.inf, -math.inf, 5.0]])
    >>> sample(logits, Generator().manual_seed(0))
    tensor([1, 2])
    """
    ### BEGIN SOLUTION
    probs = logits.softmax(dim=-1).reshape(-1, logits.shape[-1])  # (N, V)
    tokens = torch.multinomial(probs, num_samples=1, generator=generator)  # (N, 1)
    return tokens.reshape(logits.shape[:-1])  # (...)
    ### END SOLUTION
