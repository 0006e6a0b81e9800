r"""# Generalised advantage estimation

PPO raises the probability of the tokens that turned out better than expected. What was expected at each token says a value
model: $V_t$ is its guess at all the reward that is still to come, from position $t$ on. The surprise of one step, the
**temporal difference**, compares that guess with what came and the next guess:

$$\delta_t = r_t + \gamma V_{t+1} - V_t$$

A single $\delta_t$ trusts the value model entirely; the sum of all rewards to the end does not trust it at all, and is noisy.
The **advantage** mixes all lengths between, with $\lambda$ from 0 (the first) to 1 (the second):

$$A_t = \sum_{l \ge 0} (\gamma \lambda)^l \, \delta_{t+l}$$

From the end backwards, this is $A_t = \delta_t + \gamma \lambda A_{t+1}$. After the last token of an answer there is nothing:
its next value is 0, and so is its next advantage. The value model is then trained towards the **returns** $A_t + V_t$.

**Write** `gae(rewards, values, mask, gamma=1.0, lam=0.95)`, which gives `(advantages, returns)`.

- `rewards` and `values` have the shape (B, T), and so have both results, of the same dtype. T is at least 1.
- `mask` is boolean, (B, T), and true at the tokens of an answer. They are at the beginning of each row, and what is false is
  padding at its end. An answer of no tokens is possible, and a batch of such answers, and so is a row without padding.
- At padding both results are 0. What stands there in `rewards` and `values` has no influence, even if it is NaN or infinite. So
  the value after the last token is 0, and not what the value model says of padding.
- `gamma` and `lam` are numbers from 0 to 1, both ends included.
- The advantages are not normalised. (Many programs bring them to mean 0 and standard deviation 1 next.)
- Both results are what a model is trained by, and not through: they carry no gradient, also where `values` does.
- The arguments stay as they are.

Example: the rewards [0, 0, 1], the values [0.5, 0.6, 0.8], gamma = 1 and lam = 0.5. The differences are 0.1, 0.2 and 0.2; the
advantages, from the end, 0.2, 0.2 + 0.5 · 0.2 = 0.3, and 0.1 + 0.5 · 0.3 = 0.25; the returns 0.75, 0.9 and 1.

Source: Schulman et al., *High-Dimensional Continuous Control Using Generalized Advantage Estimation* (2016), section 3,
equation 16.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def gae(
    rewards: Float[Tensor, "B T"],
    values: Float[Tensor, "B T"],
    mask: Bool[Tensor, "B T"],
    gamma: float = 1.0,
    lam: float = 0.95,
) -> tuple[Float[Tensor, "B T"], Float[Tensor, "B T"]]:
    """The advantages and the returns of each token; 0 at padding.

    >>> rewards = torch.tensor([[0.0, 0.0, 1.0, 7.0]])
    >>> values = torch.tensor([[0.5, 0.6, 0.8, 9.0]])
    >>> mask = torch.tensor([[True, True, True, False]])
    >>> advantages, returns = gae(rewards, values, mask, lam=0.5)
    >>> advantages
    tensor([[0.2500, 0.3000, 0.2000, 0.0000]])
    >>> returns
    tensor([[0.7500, 0.9000, 1.0000, 0.0000]])
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        rewards = rewards.masked_fill(~mask, 0.0)  # (B, T)
        values = values.masked_fill(~mask, 0.0)  # (B, T)
        end = torch.zeros_like(values[:, :1])  # (B, 1), nothing comes after the last token
        next_values = torch.cat([values[:, 1:], end], dim=1)  # (B, T)
        deltas = rewards + gamma * next_values - values  # (B, T), 0 at padding
        advantage, backwards = end, []
        for t in reversed(range(deltas.shape[1])):
            advantage = deltas[:, t : t + 1] + gamma * lam * advantage  # (B, 1)
            backwards.append(advantage)
        advantages = torch.cat(backwards[::-1], dim=1)  # (B, T)
        return advantages, advantages + values
    ### END SOLUTION
