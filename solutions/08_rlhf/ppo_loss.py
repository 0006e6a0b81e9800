r"""# The losses of PPO

In the last of the four stages of ChatGPT the policy writes answers, each token gets an advantage $A_t$, which says how much
better it turned out than expected, and tokens of high advantage are made more likely. To write answers is slow. So PPO takes
several steps on the same answers, and by the second step the policy is no longer the one that wrote them. What corrects for this
is the ratio of its probability of a token to that of the old policy, the one that wrote it:

$$\rho_t = \exp(\log p(x_t) - \log p_\text{old}(x_t))$$

A policy that moves far from the old one trusts advantages that were measured elsewhere. So the ratio is clipped, and of the two
objectives the smaller one counts, the pessimistic one. With $\epsilon$ for `clip` and n real tokens,

$$\text{loss} = -\frac1n \sum_t \min\bigl(\rho_t A_t, \; \operatorname{clip}(\rho_t, 1 - \epsilon, 1 + \epsilon) \, A_t\bigr)$$

A token that is already much more likely, and was good, gets no gradient any more. One that is much more likely, and was bad,
still does: a minimum, and no clipping alone.

The value model, which guesses the returns $R_t$, is held near its old guesses in the same way, and again the worse of two
counts. Here `clip` is a distance, and no share:

$$\text{value loss} = \frac1{2n} \sum_t \max\bigl((V_t - R_t)^2, \; (V^\text{clip}_t - R_t)^2\bigr), \qquad
V^\text{clip}_t = \operatorname{clip}(V_t, V^\text{old}_t - \epsilon, V^\text{old}_t + \epsilon)$$

**Write** `ppo_loss(logp, old_logp, advantages, mask, clip=0.2)`, which gives `(loss, stats)`.

- `logp`, `old_logp` and `advantages` have the shape (B, T). `loss` is a tensor without axes.
- `stats` is a dict of two numbers to watch the training by, each a plain number or a tensor without axes and without gradient:
  - `"clip_fraction"`, the share of real tokens in whose minimum the clipped term is the smaller one. (Others count all tokens with
    a ratio beyond the bounds, whatever their advantage.)
  - `"approx_kl"`, the mean over real tokens of the estimate $k_2$, half the square of $\log p - \log p_\text{old}$. (Others take
    $k_1$ or $k_3$.)
- Advantages are taken as they are. (Many programs bring them to mean 0 and standard deviation 1 first.)
- Log-probabilities down to -200 are fine, and so are log-ratios of ±50: loss and gradient are right, and never NaN, in every
  dtype that has $e^{50}$.

**Write** `value_loss(values, old_values, returns, mask, clip=0.2)`, which gives the loss.

- `values`, `old_values` and `returns` have the shape (B, T).

Of both functions:

- `mask` is boolean, (B, T), and true at real tokens. Padding is at the end of a row, at its beginning, or both.
- The mean is taken over all real tokens of the batch, so that a long answer weighs more than a short one. (This is TRL's mean.
  Others average each answer first.) An answer of no tokens adds nothing. If no token of the batch is real, the losses and both
  numbers of `stats` are 0, and so is the gradient. (TRL's mean gives NaN there.)
- What the mask hides has no influence, even if it is NaN or infinite, and its gradient is 0. (To multiply by the mask, as many
  programs do, will not do: 0 times NaN is NaN. Nor will it do to pick the real tokens at the end: the gradient passes back
  through what was computed of the hidden ones.)
- Losses have the dtype of the arguments. The gradient reaches `logp` and `values`. It is right where `logp` equals `old_logp`, as
  it does in the first step, and likewise for values. Whether it reaches the other arguments, too, is no matter.
- `clip` is a number above 0. The arguments stay as they are.

Example: log-ratios of log 1.5, log 1.5 and 0 with the advantages 1, -1 and 2, and clip = 0.2. The terms are min(1.5, 1.2) = 1.2,
min(-1.5, -1.2) = -1.5 and 2; the loss is -1.7 / 3 = -0.5667, the clip fraction 1/3. A value of 1 where it was 0, and a return of 2,
cost half of max(1, 1.8²), which is 1.62.

Source: Schulman et al., *Proximal Policy Optimization Algorithms* (2017), section 3, equation 7. The value loss, which the paper
does not have: Huang et al., *The 37 Implementation Details of Proximal Policy Optimization* (2022), detail 9.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def ppo_loss(
    logp: Float[Tensor, "B T"],
    old_logp: Float[Tensor, "B T"],
    advantages: Float[Tensor, "B T"],
    mask: Bool[Tensor, "B T"],
    clip: float = 0.2,
) -> tuple[Float[Tensor, ""], dict[str, float | Float[Tensor, ""]]]:
    """The policy's loss, and the clip fraction and the approximate divergence.

    >>> logp = torch.tensor([[1.5, 1.5, 1.0, 9.0]]).log()
    >>> advantages = torch.tensor([[1.0, -1.0, 2.0, 5.0]])
    >>> mask = torch.tensor([[True, True, True, False]])
    >>> loss, stats = ppo_loss(logp, torch.zeros(1, 4), advantages, mask)
    >>> loss
    tensor(-0.5667)
    >>> {name: round(float(number), 4) for name, number in stats.items()}
    {'clip_fraction': 0.3333, 'approx_kl': 0.0548}
    """
    ### BEGIN SOLUTION
    log_ratio = (logp - old_logp).masked_fill(~mask, 0.0)  # (B, T), hidden before anything is made of it
    advantages = advantages.masked_fill(~mask, 0.0)  # (B, T), so that hidden tokens add 0
    ratio = log_ratio.exp()  # (B, T)
    unclipped = ratio * advantages  # (B, T)
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantages  # (B, T)
    count = mask.sum().clamp(min=1)  # (), 1 where no token is real
    loss = -torch.minimum(unclipped, clipped).sum() / count  # ()
    with torch.no_grad():
        clip_fraction = (clipped < unclipped).sum() / count  # ()
        approx_kl = log_ratio.square().sum() / (2 * count)  # ()
    return loss, {"clip_fraction": clip_fraction, "approx_kl": approx_kl}
    ### END SOLUTION


def value_loss(
    values: Float[Tensor, "B T"],
    old_values: Float[Tensor, "B T"],
    returns: Float[Tensor, "B T"],
    mask: Bool[Tensor, "B T"],
    clip: float = 0.2,
) -> Float[Tensor, ""]:
    """Half the mean of the worse of two squared errors: of the values, and of the values near the old ones.

    >>> one = torch.ones(1, 1)
    >>> value_loss(one, 0 * one, 2 * one, one.bool())
    tensor(1.6200)
    >>> value_loss(one, 0 * one, -2 * one, one.bool())
    tensor(4.5000)
    """
    ### BEGIN SOLUTION
    errors = (values - returns).masked_fill(~mask, 0.0)  # (B, T), hidden before anything is made of it
    moved = (values - old_values).clamp(-clip, clip)  # (B, T)
    clipped_errors = (old_values + moved - returns).masked_fill(~mask, 0.0)  # (B, T)
    worse = torch.maximum(errors.square(), clipped_errors.square())  # (B, T)
    return worse.sum() / (2 * mask.sum().clamp(min=1))  # ()
    ### END SOLUTION
