r"""# The policy gradient

How does a model learn from a reward that it cannot differentiate? Somebody, or a reward model, says that an answer is worth
2.5, and there is no formula that leads from the logits to this number. The model can do one thing: try answers, and make those
more likely that were worth much. This is REINFORCE, and all of reinforcement learning from human feedback is made of it. For
the policy $p$, the model that writes, and the reward $R$ of an answer y,

$$\nabla \, \mathbb E_{y \sim p}[R(y)] = \mathbb E_{y \sim p}\bigl[R(y) \, \nabla \log p(y)\bigr]$$

On the left is what is wanted, on the right a mean over answers that the policy itself has drawn, without a gradient of R. A
baseline b that does not depend on the answer may be subtracted from the reward: the mean stays the same, and its noise gets
less. With rewards that are all positive, each answer that is tried becomes more likely; with a baseline, only those that were
better than expected. So this loss has the gradient that is wanted, with a minus, for B answers of tokens $x_{i,t}$:

$$\text{loss} = -\frac1B \sum_{i=1}^{B} (R_i - b_i) \sum_{t \text{ real}} \log p(x_{i,t})$$

**Write** `reinforce_loss(logp, rewards, mask, baseline=None)`.

- `logp` has the shape (B, T), the log-probabilities of the tokens of each answer. `rewards` has the shape (B,), one for each answer.
- `mask` is boolean, (B, T), and true at the tokens of an answer. Padding is at the end of a row, at its beginning, or both.
- `baseline` is `None` for none, a number for all answers, or a tensor (B,) with one for each.
- An answer's log-probabilities are summed up, and the mean is taken over the answers. (Others take the mean over all tokens; then
  the tokens of long answers weigh less.) An answer of no tokens adds 0, and counts as one of the B.
- What the mask hides has no influence, even if it is NaN or infinite, and its gradient is 0. (0 times NaN is NaN.)
- The gradient reaches `logp` alone. Rewards and baseline weigh it and are not trained here, also where they come out of a model
  with a gradient. (A value model that gives the baseline has a loss of its own.)
- Rewards are taken as they are: neither normalised nor clamped, and they may be negative.
- The loss is a tensor without axes, of the dtype of `logp`, which all tensors have. The arguments stay as they are.

**Write** `train_bandit(arms, steps, lr, seed)`, which learns by this loss which of K arms pays most.

- `arms` is a list of K ≥ 1 numbers: the reward of each arm, every time it is pulled. The policy is not told; it sees the
  reward of the arm that it has pulled, and no other.
- The policy is a softmax of K logits, which are 0 at first. In each step one arm is drawn from it, an answer of one token, and
  the logits take one step of plain gradient descent on `reinforce_loss`, with the learning rate `lr` and without a baseline.
- So that results can be compared, everything is computed in float32 on the CPU, and all chance comes from one generator,
  `torch.Generator().manual_seed(seed)`. Each step draws once, `u = torch.rand(1, generator=generator)`, and pulls the first arm
  with a cumulative probability above u: if the probabilities are 0.2, 0.5 and 0.3, a u of 0.6 pulls the second one. (If rounding
  leaves none above u, the last one.) torch's own generator stays as it is.
- The result has the shape (K,): the probabilities of the arms after the last step, without a gradient. `steps` may be 0.
- torch's autograd and optimizers may be used.

Example: two answers of two tokens, with the log-probabilities [-1, -2] and [-3, -9], of which the last is padding, the rewards 2
and -1, and no baseline. The loss is -(2 · (-3) + (-1) · (-3)) / 2 = 1.5; with a baseline of 1, -(1 · (-3) + (-2) · (-3)) / 2 =
-1.5. A bandit of two arms is at [0.5, 0.5]. It pulls the first one, which pays 1; with lr = 1 the logits become [0.5, -0.5], and
the probabilities [0.7311, 0.2689].

Source: Williams, *Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning* (1992), section 4.
Bandits: Sutton and Barto, *Reinforcement Learning: An Introduction* (2018), section 2.8, equation 2.12.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def reinforce_loss(
    logp: Float[Tensor, "B T"],
    rewards: Float[Tensor, "B"],
    mask: Bool[Tensor, "B T"],
    baseline: float | Float[Tensor, "B"] | None = None,
) -> Float[Tensor, ""]:
    """The mean over answers of minus the log-probability times what the reward exceeds the baseline by.

    >>> logp = torch.tensor([[-1.0, -2.0], [-3.0, -9.0]])
    >>> mask = torch.tensor([[True, True], [True, False]])
    >>> reinforce_loss(logp, torch.tensor([2.0, -1.0]), mask)
    tensor(1.5000)
    >>> reinforce_loss(logp, torch.tensor([2.0, -1.0]), mask, baseline=1.0)
    tensor(-1.5000)
    """
    ### BEGIN SOLUTION
    advantages = rewards if baseline is None else rewards - baseline  # (B,)
    of_answers = logp.masked_fill(~mask, 0.0).sum(dim=1)  # (B,)
    return -(of_answers * advantages.detach()).mean()  # ()
    ### END SOLUTION


def train_bandit(arms: list[float], steps: int, lr: float, seed: int) -> Float[Tensor, "K"]:
    """The probability of each arm after so many steps.

    >>> train_bandit([0.0, 1.0, 0.5], steps=0, lr=0.5, seed=0)
    tensor([0.3333, 0.3333, 0.3333])
    >>> train_bandit([0.0, 1.0, 0.5], steps=100, lr=0.5, seed=0)
    tensor([0.0076, 0.9823, 0.0101])
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(seed)
    logits = torch.zeros(len(arms), requires_grad=True)  # (K,)
    for _ in range(steps):
        log_p = logits.log_softmax(dim=0)  # (K,)
        u = torch.rand(1, generator=generator)  # (1,)
        sums = log_p.exp().cumsum(dim=0)[:-1]  # (K - 1,), without the last, which is 1 but for rounding
        arm = (sums <= u).sum()  # (), how many arms are passed over
        reward, real = torch.tensor([arms[arm]]), torch.ones(1, 1, dtype=torch.bool)
        loss = reinforce_loss(log_p[arm].reshape(1, 1), reward, real)  # (), an answer of one token
        (gradient,) = torch.autograd.grad(loss, logits)  # (K,)
        with torch.no_grad():
            logits -= lr * gradient
    return logits.detach().softmax(dim=0)  # (K,)
    ### END SOLUTION
