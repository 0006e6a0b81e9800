r"""# Beam search

A language model says how likely each next token is, and one who always takes the likeliest often goes astray: a good
first word may have nothing but poor ones behind it. All sequences are too many to be tried. Beam search lies between the
two: it goes on with the `beam_size` best beginnings at a time. Machine translation and speech recognition decode so.

A *hypothesis* is a list of tokens $y_0, \dots, y_n$. The first is $y_0 = \texttt{bos\_id}$, and n tokens come after it.
What it is worth is the sum of its log-probabilities, and its score is this sum, divided by a power of its length:

$$s(y) = \sum_{i=1}^{n} \log p(y_i \mid y_0, \dots, y_{i-1}), \qquad
\text{score}(y) = \frac{s(y)}{n^{\,\alpha}}, \qquad \alpha = \texttt{length\_penalty}$$

No further token makes the sum larger, so short hypotheses have large sums. With α = 0 nothing is done about it; the larger
α is, the more a long one is favoured.

**Write** `beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0)`, which returns `(tokens, score)`: the
best hypothesis that the search finds, a list of int that begins with `bos_id`, and its score, a Python float.

- `step_fn(tokens)` takes a hypothesis, a list of int, and gives a tensor (V,), float32: for each token how likely it is to
  come next. These are log-probabilities, at most 0. Take them as they are, whatever their exponentials sum up to.
- At first the beam holds `[bos_id]` alone. A step extends each hypothesis in the beam by each of the V tokens. Of all these
  extensions together the `beam_size` with the largest sums are kept, the others are dropped for good.
- Those of the kept ones that end in `eos_id` are finished: they leave the beam, are put aside, and are never extended. The
  others are the beam of the next step. So this beam is smaller by those that have just finished. Their places are neither
  filled up with what was dropped, nor lost: the next step again keeps the `beam_size` best of its extensions. What is put
  aside takes no place in the beam. (Other programs do one or the other of these. Transformers fills up.)
- `max_len` counts all tokens, that is `bos_id` and `eos_id` too. The search ends when the beam is empty, or when its
  hypotheses have `max_len` tokens: not when the first hypothesis is finished, since a better one may come later.
- In the end all finished hypotheses and, equally, those that are still in the beam compete by their scores. So the result may
  well not end in `eos_id`.
- Of two with the same sum, or in the end the same score, the one with the lower token where they first differ is the better
  one, as Python compares lists. (Beware: `torch.topk` promises no order among equal numbers.)
- A token of −∞ cannot come: no hypothesis is kept with it, even where there is room in the beam. One of −1e30 can, as any
  other. If in the end there is no hypothesis, neither a finished one nor one in the beam, raise `ValueError`.
- `bos_id` is a token like any other: it may come again. It may also be the same as `eos_id`, as in GPT-2: the first
  token never finishes anything.
- `beam_size`, `max_len` ≥ 1 and `length_penalty` ≥ 0. With `max_len=1` the result is `([bos_id], 0.0)`, whatever α is.
- A call of `step_fn` is a run of the model: call it at most once for each hypothesis in the beam, and with nothing else: no
  finished one, none that was dropped, none of `max_len` tokens.

So `beam_size=1` is greedy search, and where the beam has room for all hypotheses the result is the best there is.

Example: 0 is `bos_id` and 1 is `eos_id`. At first 2 has probability 0.5, 3 has 0.4 and 1 has 0.1. After 2, each of 1, 2 and
3 has about a third (0.34, 0.33, 0.33); after 3, 1 has 0.9. Greedy search takes 2, and then 1: 0.5 · 0.34 = 0.17. A beam of 2
keeps `[0, 2]` and `[0, 3]`, and finds `[0, 3, 1]` with 0.4 · 0.9 = 0.36, whose logarithm is −1.022. With α = 1
its score is −1.022 / 2 = −0.511.

Source: Sutskever, Vinyals and Le, *Sequence to Sequence Learning with Neural Networks* (2014), section 3.2, for the beam and what
leaves it. The power of the length is that of Hugging Face Transformers; Wu et al., *Google's Neural Machine Translation
System* (2016), section 7, has another formula for it.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def beam_search(
    step_fn: Callable[[list[int]], Float[Tensor, "V"]],
    bos_id: int,
    eos_id: int,
    beam_size: int,
    max_len: int,
    length_penalty: float = 0.0,
) -> tuple[list[int], float]:
    """Find a likely sequence of tokens, and its score.

    Raises:
        ValueError: every sequence has a token that cannot come.

    >>> import torch
    >>> after = torch.tensor([[0, 0.1, 0.5, 0.4], [0, 0, 0, 0], [0, 0.34, 0.33, 0.33], [0, 0.9, 0.05, 0.05]]).log()
    >>> def step_fn(tokens):
    ...     return after[tokens[-1]]
    >>> tokens, score = beam_search(step_fn, bos_id=0, eos_id=1, beam_size=2, max_len=5)
    >>> tokens, round(score, 3)
    ([0, 3, 1], -1.022)
    >>> tokens, score = beam_search(step_fn, bos_id=0, eos_id=1, beam_size=1, max_len=5)
    >>> tokens, round(score, 3)
    ([0, 2, 1], -1.772)
    """
    # YOUR CODE HERE
    raise NotImplementedError
