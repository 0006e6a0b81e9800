r"""# Repetition penalty

A language model likes what it has just said: once a phrase is there, it is likely to come again, and then again. A penalty on
tokens that are in the text already breaks the loop. It is applied to the logits, before a token is chosen.

Let $\theta$ be the penalty, usually a little above 1. Dividing a positive logit by it makes it smaller. But a negative logit that
is divided comes nearer to 0, and its token becomes likelier! So a negative one is multiplied instead: both then go down.

$$x'_v = \begin{cases}
x_v & \text{if } v \text{ is not in the text} \\
x_v / \theta & \text{if it is, and } x_v > 0 \\
x_v \cdot \theta & \text{if it is, and } x_v < 0
\end{cases}$$

**Write** `apply_repetition_penalty(logits, generated, penalty)`.

- `logits` is (B, V), the scores of the next token for B texts. `generated` is int64 (B, T), the tokens of each text so far.
  T may be 0, and then nothing changes.
- The result has the shape and dtype of `logits`. `logits` and `generated` stay as they are.
- A token is penalised once, however often it is in the text.
- Each row has its own text: what is in one row has no influence on another. All of T counts, however long the text is, and every id:
  0 is an id like any other.
- `penalty` is a number above 0. At 1 nothing changes. Below 1 the formula stays as it is, so tokens of the text become likelier.
- A logit of 0 stays 0, and one of $-\infty$, whose token is ruled out, stays $-\infty$. Nothing becomes NaN.
- float64 must not be rounded to float32 on the way, and that goes for the penalty, too.

(Beware: the paper's equation divides whatever the sign is. What Hugging Face does, and this exercise, is the formula above.)

Example: the logits are `[2, -2, 2, -2]`, the text is `[0, 1, 1]`, and the penalty is 2. The result is `[1, -4, 2, -2]`.

Source: Keskar, McCann, Varshney, Xiong and Socher, *CTRL* (2019), section 4.1; the negative logits are those of Hugging Face
Transformers (`RepetitionPenaltyLogitsProcessor`).
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def apply_repetition_penalty(
    logits: Float[Tensor, "B V"], generated: Int64[Tensor, "B T"], penalty: float
) -> Float[Tensor, "B V"]:
    """The logits, smaller for each token that is in its row's text, if `penalty` is above 1.

    >>> logits = torch.tensor([[2.0, -2.0, 2.0, -2.0], [2.0, -2.0, 2.0, -2.0]])
    >>> apply_repetition_penalty(logits, torch.tensor([[0, 1, 1], [3, 3, 3]]), penalty=2.0)
    tensor([[ 1., -4.,  2., -2.],
            [ 2., -2.,  2., -4.]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
