r"""# Generation with a cache

Greedy search gives the model all tokens so far, again at each step, and uses the logits of the last one only. Whatever the
model worked out for the others it has worked out before. A model that can keep this (an attention layer keeps its keys and
values) gives it back as a cache, and takes it at the next call, together with the tokens that are new:

$$\text{logits}_1, c_1 = \text{model}(x_0, \dots, x_{T - 1}), \qquad
\text{logits}_{i + 1}, c_{i + 1} = \text{model}(x_{T + i - 1}, \; c_i)$$

The first call is the *prefill*, in which the model reads the prompt. After that each step has one token of work. For a prompt
of T tokens and n new ones, the model computes T + n − 1 tokens in all, where without a cache it computes
T + (T + 1) + … + (T + n − 1).

**Write** `generate(model, input_ids, max_new_tokens)`, greedy search with a cache.

- `input_ids` is int64 (B, T), B prompts of T tokens each, both at least 1. T may be 1.
- `model(input_ids, cache=None)` takes t tokens of each row, (B, t), and a cache of all tokens before these, or `None` if
  there are none. It gives a pair: logits (B, t, V) of these t tokens, and a cache of the tokens before and of these.
- What a cache is, is the model's own affair: a tensor, a tuple, an object of any kind, `None` again. Look at nothing in it,
  make no copy, and hand it on. Some models leave the old one as it is and return another, and some change what they were
  given and return that. So hand on the one that came back last. A cache may hold the very tensors of tokens that the model was
  given: write no other tokens into them.
- `model` is any callable. These calls are all that you may ask of it: it may be a plain function without `eval` or
  `parameters`.
- The result is int64 (B, T + n) with n = `max_new_tokens`, on the device of `input_ids`: the prompts, and n new tokens
  behind each. It is the same, to the token, as without a cache. `input_ids` itself stays as it is.
- Each new token is the one of the largest logit; where several are the largest, it is the lowest id. Compare the
  logits as they are: in less precision, or as probabilities, which are rounded, two may be equal that are not.
- `max_new_tokens` may be 0. Then the result is the prompt, and the model is not called.
- Call the model n times and no more: first with the whole prompt at once, then each time with the token that is new, (B, 1).
  The last new token is not given to it, since nobody asks what comes behind. (Beware: many a published loop ends in such a call.)
- A call of `generate` begins with a prefill of its own, without a cache, whatever was generated before, with this model or
  another.
- Nothing is learned here: call the model where no gradient is recorded, or the cache would hold on to the graphs of all
  steps. Afterwards torch records gradients, or does not, as before the call.

Example: the next token is the last digit of the sum of all tokens so far, and this sum is the model's cache. The prompt is
`[[1, 2]]`. The prefill gives the token 3, and the cache 3. Then 3 goes in, with the cache 3: the sum is 6. Then 6, with the
cache 6: it is 12, and the token 2. Then 2, with the cache 12: it is 14, and the token 4. The result is
`[[1, 2, 3, 6, 2, 4]]`.

Source: Shazeer, *Fast Transformer Decoding: One Write-Head is All You Need* (2019), section 2.4, "Multihead Attention
(Incremental)".
"""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def generate(
    model: Callable[..., tuple[Float[Tensor, "B t V"], Any]],
    input_ids: Int64[Tensor, "B T"],
    max_new_tokens: int,
) -> Int64[Tensor, "B T+n"]:
    """The prompts, continued by the most likely token each time, at one token's work a step.

    >>> def last_digit_of_the_sum(input_ids, cache=None):
    ...     sums = input_ids.cumsum(dim=1) + (0 if cache is None else cache)
    ...     return torch.eye(10)[sums % 10], sums[:, -1:]
    >>> generate(last_digit_of_the_sum, torch.tensor([[1, 2]]), max_new_tokens=4)
    tensor([[1, 2, 3, 6, 2, 4]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
