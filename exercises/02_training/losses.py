r"""# Two losses: squared error, and cross-entropy of yes and no

A loss says with one number how far predictions are from what they should be. For numbers it is most often the **mean squared
error**. With $n$ predictions $p_i$ and targets $t_i$,

$$\text{mse} = \frac{1}{n} \sum_i (p_i - t_i)^2$$

For a question with the answers yes and no, a model gives a logit $z$, and $\sigma(z) = 1 / (1 + e^{-z})$ is its probability of
yes. The **binary cross-entropy** with the target $y$, which is 1 for yes and 0 for no, is

$$\text{bce} = -\frac{1}{n} \sum_i \bigl[ w \, y_i \log \sigma(z_i) + (1 - y_i) \log (1 - \sigma(z_i)) \bigr]$$

Here $w$ is the weight of a yes, `pos_weight`: where one sample in ten is a yes, a weight of 9 makes both answers matter
alike. Worked out in this order it fails: in float32, $\sigma(20)$ is rounded to 1, and $\log(1 - 1)$ is $-\infty$. What is
$1 - \sigma(z)$, written as one sigmoid? And $\log \sigma(z)$, so that no exponential overflows?

**Write** `mse_loss(pred, target, reduction="mean")`.

- `reduction` is `"mean"`, over all numbers, `"sum"`, or `"none"`, which gives the squared error of each number, in their
  shape. Any other name: raise `ValueError`.

**Write** `bce_with_logits(logits, target, pos_weight=None)`, the mean over all numbers.

- A target may be any number from 0 to 1, a soft one: 0.9 for "almost surely yes".
- `pos_weight` is a tensor with no axes, one weight for all, or (C,), one for each column of (..., C). `None` is a weight of 1.
  The sum is divided by $n$ all the same, and not by the weights.
- Logits of ±10 000 are fine, in the result and in the gradients. A wrong answer given with a logit of 10 000 costs 10 000.
- Where a model is sure of a yes, and right, its loss is small but not 0: $-\log \sigma(20)$ is $2.06 \cdot 10^{-9}$. Keep its
  digits. Many formulas lose them: $\log(1 + e^{-20})$ is 0 in float32, and $\operatorname{softplus}(20) - 20$ is, too.
- The gradient by a logit is $(\sigma(z) - y)/n$ without a weight, also for a logit of exactly 0, as a last layer of zeros
  gives it. There, $\max(z, 0)$ and $|z|$ have a corner: the usual formula has both, and autograd gives it the wrong slope.

For both:

- The two tensors have the same shape, whichever it is; also none at all. If their shapes differ, raise `ValueError`. (torch
  only warns in its own `mse_loss`: (N, 1) and (N,) make N² differences, and a model that learns nothing.)
- The result has the dtype of the inputs. The gradient reaches all of them, the targets and weights too.
- Of no numbers at all, the mean is NaN and the sum 0, as in torch.
- Do without torch's own losses. `logsigmoid` and `logaddexp` may be used.

Example: for the predictions `[1, 2]` and the targets `[0, 4]` the squared errors are 1 and 4; their mean is 2.5. For logits of 0,
both answers have a probability of 1/2 and cost log 2 = 0.6931; with a `pos_weight` of 3, a yes costs 3 log 2.

Source: Bishop, *Pattern Recognition and Machine Learning* (2006): equation 1.2 is the squared error, which he halves and does
not divide, and equation 4.90 the binary cross-entropy.
"""

import torch.nn.functional as F
import torch
from jaxtyping import Float
from torch import Tensor


def mse_loss(
    pred: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"], reduction: str = "mean"
) -> Float[Tensor, "*reduced"]:
    """The squared error: its mean, its sum, or one of each number.

    Raises:
        ValueError: the shapes differ, or `reduction` is none of the three.

    >>> import torch
    >>> mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))
    tensor(2.5000)
    >>> mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]), reduction="none")
    tensor([1., 4.])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def bce_with_logits(
    logits: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"], pos_weight: Float[Tensor, "..."] | None = None
) -> Float[Tensor, ""]:
    """The mean cross-entropy of answers yes and no, of which `logits` hold the model's.

    Raises:
        ValueError: the shapes of logits and targets differ.

    >>> import torch
    >>> bce_with_logits(torch.tensor([0.0]), torch.tensor([1.0]))
    tensor(0.6931)
    >>> bce_with_logits(torch.tensor([10000.0, 0.0]), torch.tensor([0.0, 1.0]), pos_weight=torch.tensor(3.0))
    tensor(5001.0396)
    """
    # YOUR CODE HERE
    raise NotImplementedError
