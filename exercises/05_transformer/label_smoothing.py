r"""# Label smoothing, as the Transformer was trained

A model that is trained on the one right token alone has no reason to stop: it can always be a little more certain. So the
first Transformer was trained on softer targets. The right token gets the probability $1 - \varepsilon$, and the others
share $\varepsilon$. Perplexity gets worse by it, and translations get better.

You know label smoothing from cross-entropy, where $\varepsilon$ was spread over all V tokens. Two things are different
here. A padding token never comes next, so it gets nothing; and the right token gets no second helping. What is left are
$V - 2$ tokens. For the target $y$ and the padding token $p$, the wanted distribution is

$$q_v = \begin{cases} 1 - \varepsilon & v = y \\ 0 & v = p \\ \dfrac{\varepsilon}{V - 2} & \text{else} \end{cases}$$

And the loss of a position is not the cross-entropy but the Kullback-Leibler divergence: how far the model's
distribution, the softmax of its logits $z$, is from the wanted one.

$$D(q \,\|\, \operatorname{softmax}(z)) = \sum_{v:\, q_v > 0} q_v \bigl(\log q_v - \log \operatorname{softmax}(z)_v\bigr)$$

It differs from the cross-entropy by $\sum q_v \log q_v$, which no model can change. The gradients are the same, but the
divergence is 0 for a model that gives just what is wanted.

**Write** `label_smoothing_loss(logits, target, smoothing=0.1, pad_id=0)`.

- `logits` is (N, V) with a `target` (N,), or (B, T, V) with a `target` (B, T). Targets are from 0 to V - 1, and V is 3 or
  more. `pad_id` is the padding token, any of the V.
- Positions whose target is `pad_id` are padding and left out. Their logits do not matter, even if they are NaN,
  and get a gradient of 0. The
  result is the mean over all other positions: the sum of their losses, divided by how many there are, and by nothing
  else.
- A batch of nothing but padding has nothing to learn from: its loss is 0, and its gradients are 0, so that
  `loss.backward()` goes through there, too. (Beware: the mean of `cross_entropy` was NaN there.)
- The logit of the padding token counts in the softmax, as any other.
- `smoothing` is from 0 to below 1. Where $q_v$ is 0 the term is 0, as the sum says, whatever the logit is: with a
  smoothing of 0 the loss is the plain cross-entropy, and a padding token that is ruled out by a logit of $-\infty$ leaves
  the loss finite.
- Logits of ±10 000 are no problem.
- The result is a scalar of the dtype of the logits, and gradients reach them. The arguments are left as they are. Beware:
  `torch.where` makes float32 of two Python numbers, and a q in float32 is too coarse for logits in float64.
- torch's `log_softmax` may be used. Do without its losses, `kl_div` and `cross_entropy` among them.

Example: V = 4, `pad_id` 0, a smoothing of 0.2. For the target 2, q is (0, 0.1, 0.8, 0.1). If all logits are alike, each
probability is 1/4, and the loss is 0.8 log 3.2 + 0.2 log 0.4 = 0.9305 - 0.1833 = 0.7473.

Source: Vaswani et al., *Attention Is All You Need* (2017), section 5.4; the V - 2 and the divergence as in Rush, *The
Annotated Transformer* (2018), section "Label Smoothing".
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def label_smoothing_loss(
    logits: Float[Tensor, "*batch V"], target: Int[Tensor, "*batch"], smoothing: float = 0.1, pad_id: int = 0
) -> Float[Tensor, ""]:
    """The mean divergence of the model from smoothed targets, over all positions that are not padding.

    >>> logits = torch.zeros(3, 4)
    >>> label_smoothing_loss(logits[:1], torch.tensor([2]), smoothing=0.2)
    tensor(0.7473)
    >>> label_smoothing_loss(logits, torch.tensor([2, 1, 0]), smoothing=0.2)
    tensor(0.7473)
    >>> label_smoothing_loss(logits, torch.tensor([0, 0, 0]))
    tensor(0.)
    """
    # YOUR CODE HERE
    raise NotImplementedError
