r"""# The loss of pre-training

The first of the four stages of ChatGPT: a model reads text, and learns to say of each token what comes next. Nobody labels
anything, for the text is its own answer. At each position $t$ of a sequence $x$ the model gives a row of V logits, $z_t$, made
of the tokens up to $x_t$; they are a guess at $x_{t+1}$. The loss is the mean of

$$-\log \operatorname{softmax}(z_t)_{x_{t+1}}$$

over all pairs of neighbours in all sequences. The last token of a sequence has no next one, and its logits count for nothing.

Sequences of a batch differ in length, and the short ones are padded, most often at the end (right padding), for generation at
the beginning (left padding). A pair counts **if both of its tokens are real**.

**Write** `causal_lm_loss(logits, input_ids, attention_mask=None)`.

- `logits` has the shape (B, T, V), `input_ids` (B, T). The shift by one is yours to make.
- `attention_mask` has the shape (B, T): 1 or `True` at a real token, 0 or `False` at padding; it is of whole numbers or of
  booleans. None means that all tokens are real. The padding of a row is all at its beginning or all at its end.
- The mean is taken over all pairs of the batch that count, and not of the rows' means: a long sequence weighs more than a
  short one.
- The first real token after left padding is nobody's target: what is before it is no text. (Many programs look at the target
  alone, and count this pair. With ours, padding changes nothing: the loss is the same, wherever the padding is.)
- Padding holds ids of the vocabulary, too, often that of a real token, so that only the mask says what is padding. Logits that
  count for nothing have no influence on the loss, even if they are NaN. (Their own gradient may be NaN then.)
- Where no pair counts, as in sequences of one token or in a batch of padding, the loss is 0, and its gradient too: a
  training loop can call `backward` on it as ever. (torch's `cross_entropy` gives NaN.)
- Logits of ±10 000 are no problem.
- The result is a tensor without axes, of the dtype of the logits, and gradients reach them. The arguments stay as they are.
- All of torch may be used, its `cross_entropy`, too.

Example: V is 2, and a sequence of four ids is [1, 0, 1, 1]. The logits [0, log 3], at each position, are the probabilities 1/4
and 3/4. The targets 0, 1 and 1 cost log 4, log 4/3 and log 4/3, and the mean is 0.6539. If the last token is padding, it is
the mean of the first two: 0.8370.

Source: Radford et al., *Improving Language Understanding by Generative Pre-Training* (2018), section 3.1, equation 1.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor


def causal_lm_loss(
    logits: Float[Tensor, "B T V"],
    input_ids: Int[Tensor, "B T"],
    attention_mask: Int[Tensor, "B T"] | Bool[Tensor, "B T"] | None = None,
) -> Float[Tensor, ""]:
    """The mean loss of each real token that follows a real token.

    >>> import math
    >>> logits = torch.tensor([0.0, math.log(3)]).expand(1, 4, 2)
    >>> causal_lm_loss(logits, torch.tensor([[1, 0, 1, 1]]))
    tensor(0.6539)
    >>> causal_lm_loss(logits, torch.tensor([[1, 0, 1, 1]]), torch.tensor([[1, 1, 1, 0]]))
    tensor(0.8370)
    """
    ### BEGIN SOLUTION
    if attention_mask is None:
        attention_mask = torch.ones_like(input_ids)  # (B, T)
    real = attention_mask.bool()  # (B, T)
    counts = real[:, :-1] & real[:, 1:]  # (B, T - 1), a pair of neighbours each
    guesses, targets = logits[:, :-1][counts], input_ids[:, 1:][counts]  # (P, V), (P,)
    total = F.cross_entropy(guesses, targets, reduction="sum")  # ()
    return total / counts.sum().clamp(min=1)  # (), 0 / 1 where nothing counts
    ### END SOLUTION
