r"""# The loss of supervised fine-tuning

The second stage of ChatGPT. A pre-trained model goes on with any text as texts go on: behind a question it may write more
questions. So people write prompts with good responses, and the model learns from these as it did before, by the next token. With
one difference: prompts are for users to write, and not for the model to learn. **Only the tokens of the response count, and the
end-of-text token behind it**, by which the model learns to stop.

So an example is made of two things: ids, and a mask that says which of them are to be learned. A prompt of m tokens and a
response of n make

| | prompt | response | end |
|---|---|---|---|
| `input_ids` | $p_1 \dots p_m$ | $r_1 \dots r_n$ | `eos_id` |
| `response_mask` | False … False | True … True | True |

The logits $z_t$ at position t, counted from 0, are a guess at the next token $x_{t+1}$, as in pre-training. The loss is the mean
of

$$-\log \operatorname{softmax}(z_t)_{x_{t+1}}$$

over all t for which the mask of $x_{t+1}$ is true. It is the target that counts: the first token of the response is guessed at the
last token of the prompt.

**Write** `sft_loss(logits, input_ids, response_mask)`.

- `logits` has the shape (B, T, V), `input_ids` (B, T), and `response_mask`, boolean, (B, T). The shift by one is yours to make.
- The mask is false at prompts and at padding, on whichever side. Padding holds ids of the vocabulary, too. Any pattern may be in
  the mask, as of a chat with several answers.
- The first token of a row is nobody's target, even if its mask is true: nothing comes before it.
- The mean is taken over all targets of the batch that count. (Of the variants in use it is the one over tokens: a long response
  weighs more than a short one.)
- Logits that count for nothing have no influence on the loss, even if they are NaN. (Their own gradient may be NaN then.)
- Where nothing counts, the loss is 0, and its gradient too: a training loop can call `backward` on it as ever.
- Logits of ±10 000 are no problem.
- The result is a tensor without axes, of the dtype of the logits, and gradients reach them.

**Write** `build_example(prompt_ids, response_ids, eos_id, max_len)`, which returns the pair `(input_ids, response_mask)` of one
example, as in the table: a list of ints and a list of bools of the same length.

- `prompt_ids` and `response_ids` are lists of ids, either of which may be empty. An empty response has its end to be learned.
- What is longer than `max_len`, a number from 1 up, is cut off at the end, of both lists alike, the end-of-text token included:
  nobody stopped there. (Some programs put it at the end of what was cut. The model then learns to stop in mid-sentence.)
- Which token is learned depends on its place alone. An id of the prompt or the response may be `eos_id`, too, and changes
  nothing: one more is put behind the response, even if it ends in one.
- Nothing is padded.

**Write** `build_chat(turns, role_ids, eos_id, max_len)`, which returns such a pair for a whole chat.

- `turns` is a list of pairs (role, ids). The dict `role_ids` has for each role, as "system", "user" or "assistant", a list of the
  ids that introduce it; there may be others.
- Each turn is the ids of its role, its own ids, then `eos_id`. The turns follow one another in their order.
- To be learned are the own ids of **every** turn of the role "assistant", not only of the last one, and the `eos_id` behind them.
  Never to be learned are the ids of a role, and the turns of others with their `eos_id`: the model will not have to write these.
- Roles may come in any order, and one twice in a row. A turn's ids may be empty. No turns make two empty lists.
- What is longer than `max_len` is cut off as above, wherever in a turn that is.

The arguments of all three stay as they are: the lists, those in the dict as well, and the tensors. All of torch may be used.

Example: V is 2, a prompt [1, 0], a response [1], and the `eos_id` is 0. The ids are [1, 0, 1, 0], and the mask is [False, False,
True, True]. The logits [0, log 3] at each position are the probabilities 1/4 and 3/4. The response costs log 4/3, its end log 4,
and the mean is 0.8370. With `max_len=3` the end is cut off, and the loss is log 4/3 = 0.2877.

Source: Ouyang et al., *Training language models to follow instructions with human feedback* (2022), section 3.5, for the stage;
Touvron et al., *Llama 2* (2023), section 3.1, for the loss on answers alone.
"""

import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor


def sft_loss(
    logits: Float[Tensor, "B T V"], input_ids: Int[Tensor, "B T"], response_mask: Bool[Tensor, "B T"]
) -> Float[Tensor, ""]:
    """The mean loss of each token that is to be learned.

    >>> import math, torch
    >>> logits = torch.tensor([0.0, math.log(3)]).expand(1, 4, 2)
    >>> sft_loss(logits, torch.tensor([[1, 0, 1, 0]]), torch.tensor([[False, False, True, True]]))
    tensor(0.8370)
    """
    ### BEGIN SOLUTION
    counts = response_mask[:, 1:]  # (B, T - 1), one for each token that has one before it
    guesses, targets = logits[:, :-1][counts], input_ids[:, 1:][counts]  # (P, V), (P,)
    total = F.cross_entropy(guesses, targets, reduction="sum")  # ()
    return total / counts.sum().clamp(min=1)  # (), 0 / 1 where nothing counts
    ### END SOLUTION


def build_example(
    prompt_ids: list[int], response_ids: list[int], eos_id: int, max_len: int
) -> tuple[list[int], list[bool]]:
    """The ids of a prompt and its response, and which of them are to be learned.

    >>> build_example([1, 0], [1], eos_id=0, max_len=9)
    ([1, 0, 1, 0], [False, False, True, True])
    >>> build_example([1, 0], [1], eos_id=0, max_len=3)
    ([1, 0, 1], [False, False, True])
    """
    ### BEGIN SOLUTION
    input_ids = [*prompt_ids, *response_ids, eos_id]
    response_mask = [False] * len(prompt_ids) + [True] * (len(response_ids) + 1)
    return input_ids[:max_len], response_mask[:max_len]
    ### END SOLUTION


def build_chat(
    turns: list[tuple[str, list[int]]], role_ids: dict[str, list[int]], eos_id: int, max_len: int
) -> tuple[list[int], list[bool]]:
    """The ids of a chat, and which of them are to be learned.

    >>> roles = {"user": [7], "assistant": [8]}
    >>> build_chat([("user", [1, 2]), ("assistant", [3])], roles, eos_id=0, max_len=9)
    ([7, 1, 2, 0, 8, 3, 0], [False, False, False, False, False, True, True])
    """
    ### BEGIN SOLUTION
    input_ids: list[int] = []
    response_mask: list[bool] = []
    for role, ids in turns:
        input_ids += [*role_ids[role], *ids, eos_id]
        response_mask += [False] * len(role_ids[role]) + [role == "assistant"] * (len(ids) + 1)
    return input_ids[:max_len], response_mask[:max_len]
    ### END SOLUTION
