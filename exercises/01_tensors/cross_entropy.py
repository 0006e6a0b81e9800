r"""# Cross-entropy

A language model says how probable each of the V tokens of its vocabulary is to come next. Cross-entropy is what it is
trained to make small: minus the logarithm of the probability that it gave to the token that really came. It is 0 for a
model that was certain and right, and log V for one that takes all tokens to be alike.

The model gives a row of scores, the logits $z$, and their softmax gives the probabilities. With the target $y$, the
number of the right token, the loss of one position is

$$-\log \operatorname{softmax}(z)_y.$$

With label smoothing $\varepsilon$ the model should not become too certain: a share of $1 - \varepsilon$ of the loss is for
the right token, and a share of $\varepsilon$ is spread evenly over all V tokens, the right one included:

$$-(1 - \varepsilon) \log \operatorname{softmax}(z)_y - \frac{\varepsilon}{V} \sum_{v=1}^{V} \log \operatorname{softmax}(z)_v$$

Some positions have no target, such as padding. They are marked by a target of `ignore_index` and left out.

**Write** `cross_entropy(logits, target, ignore_index=-100, label_smoothing=0.0, reduction="mean")`.

- `logits` is (N, V) with a `target` (N,), or (N, T, V) with a `target` (N, T). The vocabulary is the last axis, unlike in
  torch's function, which wants it second. Targets are from 0 to V - 1, or `ignore_index`.
- `ignore_index` can be any whole number, also that of a real token.
- `reduction="none"` gives the loss of each position, in the shape of `target`, with 0 where the target is ignored.
- `"sum"` gives the sum of these, and `"mean"` divides it by the number of positions that are not ignored. If all are
  ignored, the sum is 0 and the mean is NaN, as in torch.
- Any other `reduction` raises `ValueError`.
- Logits at ignored positions do not matter, even if they are NaN.
- A token can be ruled out by a logit of $-\infty$. Without label smoothing its own loss is $+\infty$, and the loss for any
  other token stays finite.
- Logits of ±10 000 are no problem.
- The result has the dtype of the logits, and gradients reach them.
- torch's `logsumexp` and `log_softmax` may be used, since you have written them before. Do without its `cross_entropy`
  and `nll_loss`.

Example: the logits [0, log 3] are the probabilities 1/4 and 3/4. For the target 1 the loss is -log 3/4 = 0.28768. With a
label smoothing of 0.2 it is 0.8 · 0.28768 + 0.1 · (0.28768 + 1.38629) = 0.39754.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2.3. Label smoothing: Szegedy et al.,
*Rethinking the Inception Architecture for Computer Vision* (2016), section 7.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def cross_entropy(
    logits: Float[Tensor, "*batch V"],
    target: Int[Tensor, "*batch"],
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Float[Tensor, "*batch"] | Float[Tensor, ""]:
    """Minus the logarithm of the probability of each target, or the sum or the mean of these.

    Raises:
        ValueError: `reduction` is none of "none", "sum" and "mean".

    >>> import math
    >>> import torch
    >>> logits = torch.tensor([[0.0, math.log(3)], [0.0, math.log(3)], [7.0, 8.0]])
    >>> target = torch.tensor([1, 0, -100])
    >>> cross_entropy(logits, target, reduction="none")
    tensor([0.2877, 1.3863, 0.0000])
    >>> cross_entropy(logits, target)
    tensor(0.8370)
    >>> cross_entropy(logits[:1], target[:1], label_smoothing=0.2)
    tensor(0.3975)
    """
    # YOUR CODE HERE
    raise NotImplementedError
