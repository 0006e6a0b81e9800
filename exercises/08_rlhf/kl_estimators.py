r"""# The KL divergence, and three estimates of it

While a language model is trained with rewards, it is held near the model that it was at the start, the reference: else it
finds answers that please the reward model and nobody else. How far it has gone is measured by the Kullback-Leibler divergence.
With the probabilities $p$ of the model in training, the policy, and $q$ of the reference,

$$\operatorname{KL}(p \,\|\, q) = \sum_{v=1}^{V} p_v \, (\log p_v - \log q_v), \qquad \text{where } 0 \log 0 \text{ is } 0.$$

It is 0 where both are the same, and never negative. The mean is taken under the **policy**; the other direction,
$\operatorname{KL}(q \,\|\, p)$, is another number.

The sum needs all V probabilities of either model. Often there are only those of the token that the policy drew, and a single
draw gives an estimate. With $r = \log q - \log p$ of that token,

$$k_1 = -r, \qquad k_2 = \frac{r^2}{2}, \qquad k_3 = e^r - 1 - r.$$

$k_1$ is right on average, but of either sign, and noisy. $k_2$ is never negative, but not right on average. $k_3$ is both, never
negative and right on average, for $e^r - 1$ is 0 on average.

**Write** `exact_kl(logits, ref_logits)`, the sum over the vocabulary.

- Both have the shape (..., V), with any number of axes before the last, also none. The result has the shape (...).
- Logits of ±10 000 give the right result.
- A token can be ruled out by a logit of $-\infty$. If the policy rules it out, it adds 0, whether the reference does so, too,
  or not. (Many programs give NaN there.) If only the reference rules it out, the result is $+\infty$. (Where the policy's
  probability of it is rounded to 0, without being ruled out, it may add 0 or $+\infty$, but never NaN.)
- The gradient reaches both. It is right, and never NaN, where the policy rules out a token, also where both do.

**Write** `kl_estimates(logp, ref_logp)`, which gives the three as `(k1, k2, k3)`.

- `logp` and `ref_logp` are log-probabilities of the drawn tokens, of the same shape, whichever it is. So is each result: one
  estimate for each token, not their mean.
- Log-probabilities down to -200 are fine, and so are ratios $r$ of ±50. Nothing is clamped: $e^{50}$ is a large number,
  but a number.
- Where $r$ is near 0, as at the beginning of the training, $k_3$ is about $r^2/2$. Keep its digits: for $r = 0.001$ it is
  5.0017 · 10⁻⁷, while `exp(r) - 1 - r` in float32 gives 5.24 · 10⁻⁷, and may come out negative. (Most programs have it so.)
  Which function of torch gives $e^r - 1$?
- The gradient reaches both.

Of both functions: logarithms are natural ones, the results have the dtype of the arguments, and these stay as they are. All of
torch may be used. Mind the order of the arguments of its `kl_div`.

Example: for p = [1/2, 1/2] and q = [1/4, 3/4], the divergence is 1/2 · log 2 + 1/2 · log 2/3 = 0.1438. If the first token is
drawn, r is log 1/2 = -0.6931, and the estimates are 0.6931, 0.2402 and 0.1931; if the second is, they are -0.4055, 0.0822 and
0.0945. The mean of $k_1$ is 0.1438, of $k_3$ too, and of $k_2$ 0.1612.

Source: Schulman, *Approximating KL Divergence* (2020), joschu.net/blog/kl-approx.html. The divergence: Cover and Thomas,
*Elements of Information Theory* (2nd edition, 2006), section 2.3, equation 2.26.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def exact_kl(logits: Float[Tensor, "*batch V"], ref_logits: Float[Tensor, "*batch V"]) -> Float[Tensor, "*batch"]:
    """The divergence of the policy's distribution from the reference's, in natural units.

    >>> import math
    >>> exact_kl(torch.zeros(2), torch.tensor([0.0, math.log(3)]))
    tensor(0.1438)
    >>> ruled_out = torch.tensor([0.0, -math.inf])
    >>> exact_kl(torch.stack([ruled_out, ruled_out]), torch.stack([torch.zeros(2), ruled_out]))
    tensor([0.6931, 0.0000])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def kl_estimates(
    logp: Float[Tensor, "*shape"], ref_logp: Float[Tensor, "*shape"]
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """The three estimates (k1, k2, k3) of the divergence, from each drawn token.

    >>> k1, k2, k3 = kl_estimates(torch.tensor([0.5, 0.5]).log(), torch.tensor([0.25, 0.75]).log())
    >>> k1
    tensor([ 0.6931, -0.4055])
    >>> k2
    tensor([0.2402, 0.0822])
    >>> k3
    tensor([0.1931, 0.0945])
    """
    # YOUR CODE HERE
    raise NotImplementedError
