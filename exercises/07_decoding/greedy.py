r"""# Greedy search

A language model answers one question: given the tokens so far, how likely is each token of the vocabulary to be the next one?
A text is made by asking again and again. Choose a token, put it behind the others, ask once more. The simplest choice is
the most likely token each time:

$$x_{t + 1} = \arg\max_v \; z_{t, v}, \qquad z = \text{model}(x_0, \dots, x_t)$$

where $z_{t, v}$, a logit, is the model's score for the token v to come behind position t. Greedy search is fast, and gives
the same text each time, but not always the likeliest one: what looks best now may lead to nothing good.

Several prompts are continued at once, as the rows of a batch, and some are done before others: a row is finished when it has
made the token `eos_id`, "end of sequence". A tensor has rows of one length, so a finished row is filled up.

**Write** `greedy(model, input_ids, max_new_tokens, eos_id=None)`.

- `input_ids` is int64 (B, T), B prompts of T tokens each, both at least 1. `model(input_ids)` gives logits (B, T, V), one row
  of V for each position. The last position's are the scores of the next token.
- `model` is any callable. It takes all tokens so far, the prompt included, (B, t) for any B and t, and that is all you may
  ask of it: it may be a plain function without `eval` or `parameters`.
- The result is int64 (B, T + n), on the device of `input_ids`: the prompts, and n new tokens behind each. `input_ids` itself
  stays as it is.
- Where several logits are the largest, the lowest id is chosen. Logits may be $-\infty$, as long as not all are.
- Compare the logits as they are. In less precision, or as probabilities, which are rounded, two may be equal that are not: in
  float32, the probabilities of 0 and 1e-9 are.
- Without `eos_id`, n is `max_new_tokens`, which may be 0. Then the result is the prompt.
- With `eos_id`, a row that has made this token is finished: whatever the model says, all that comes behind it in this row is
  `eos_id`. (Beware: Hugging Face pads with a token of its own, `pad_token_id`.) An id of 0 is an id like any other.
- An `eos_id` in the prompt finishes nothing. GPT-2, for one, has a single token for the beginning and the end of a text.
- As soon as all rows are finished, stop. So n is the number of steps that the slowest row took, `max_new_tokens` at most.
- Call the model n times and no more: once for each new token, for all rows together. Finished ones may be left out. With
  `max_new_tokens=0` it is not called at all.
- Nothing is learned here: call the model where no gradient is recorded. Afterwards torch records gradients, or does not, as
  before the call.

Example: the model counts, that is, behind the token i the logit of i + 1 is the largest. The prompts are `[2, 3]` and `[0, 1]`,
and `eos_id` is 4. The first row makes 4 and is finished; the second makes 2, 3, 4. After three calls of the model all is
done, and the result is `[[2, 3, 4, 4, 4], [0, 1, 2, 3, 4]]`.

Source: Sutskever, Vinyals and Le, *Sequence to Sequence Learning with Neural Networks* (2014), section 3.2: a beam of size 1.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def greedy(
    model: Callable[[Int64[Tensor, "B t"]], Float[Tensor, "B t V"]],
    input_ids: Int64[Tensor, "B T"],
    max_new_tokens: int,
    eos_id: int | None = None,
) -> Int64[Tensor, "B T+n"]:
    """The prompts, continued by the most likely token each time.

    >>> def count(ids):
    ...     return torch.eye(6)[(ids + 1) % 6]
    >>> greedy(count, torch.tensor([[2, 3], [0, 1]]), max_new_tokens=4)
    tensor([[2, 3, 4, 5, 0, 1],
            [0, 1, 2, 3, 4, 5]])
    >>> greedy(count, torch.tensor([[2, 3], [0, 1]]), max_new_tokens=9, eos_id=4)
    tensor([[2, 3, 4, 4, 4],
            [0, 1, 2, 3, 4]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
