r"""# Group relative policy optimisation

PPO asks a second model, as large as the policy, how good an answer was to be expected. GRPO does without: it has the policy
write a **group** of $G$ answers to the same prompt, and takes the others' rewards for what was to be expected. The advantage of
an answer is how far its reward $r_i$ is above the mean of its group, in units of the group's standard deviation:

$$A_i = \frac{r_i - \bar r}{s + \epsilon}, \qquad \bar r = \frac 1 G \sum_{j=1}^{G} r_j, \qquad
s^2 = \frac 1 {G - 1} \sum_{j=1}^{G} (r_j - \bar r)^2$$

All tokens of an answer have its advantage. With the policy's probability $p_t$ of token $t$, the probability $o_t$ that it had when
the answer was written, and that of the reference, $q_t$, the loss of a token is PPO's with a penalty for going far from the
reference, $k_3$ of the estimates:

$$\rho_t = \frac {p_t} {o_t}, \qquad d_t = \log q_t - \log p_t, \qquad
\ell_t = -\min\bigl(\rho_t A, \; \operatorname{clip}(\rho_t, 1 - c, 1 + c) \, A\bigr)
+ \beta \, \bigl(e^{d_t} - d_t - 1\bigr)$$

The loss is the mean of $\ell_t$ over the tokens of an answer, and then the mean over the answers. (That is the paper's. There are
others in use: some divide by the tokens of all answers together, or by a constant, so that long answers count for more.)

**Write** two functions.

`group_advantages(rewards, group_size, eps=1e-6, normalize=True)` gives the advantages (B,).

- `rewards` has the shape (B,): the first `group_size` belong to the first prompt, the next to the second, and so on. Where B is no
  multiple of `group_size`, raise `ValueError`. The result has the dtype of the rewards.
- With `normalize=False` nothing is divided: $A_i = r_i - \bar r$. `eps` is $\epsilon$, above 0.
- In a group whose rewards are all equal there is nothing to learn: its advantages are exactly 0. So is that of a group of one. (This is
  stricter than most programs: the mean of three times 0.1 need not be 0.1 in floating point, and what is left of the
  difference is divided by a very small number.) Rewards that differ are not equal, however little that is.
- Rewards may lie far from 0: 300 and 301 are no problem.

`grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04)` gives the loss, a tensor without axes.

- `logp`, `old_logp` and `ref_logp` are $\log p$, $\log o$ and $\log q$, (B, T) each, of one dtype, which the loss has, too. `advantages` has
  the shape (B,).
- `mask` is boolean, (B, T), and true at the tokens of the answers, wherever these are. What it hides has no influence,
  even if it is NaN or infinite, and gets the gradient 0.
- An answer of no tokens has the loss 0, and counts as an answer in the mean. B and T are at least 1.
- Log-ratios of ±50 are fine, also of log-probabilities of -150, whose probabilities float32 does not have.
- The gradient reaches `logp`, and is right there. It is no matter whether it reaches the other arguments.

The arguments stay as they are.

Example: two answers to one prompt with the rewards 1 and 3. The mean is 2 and the standard deviation 1.4142, so the advantages are
-0.7071 and 0.7071. Let the first answer have one token, and the second two, and let all log-ratios be 0 but for
$\log \rho = 1$ at the last token. The losses of the tokens are 0.7071; -0.7071 and, since 1.2 is as far as the ratio counts,
-0.8485. The loss is (0.7071 - (0.7071 + 0.8485) / 2) / 2 = -0.0354. If the log-ratio to the reference is 1 there, too, then
$d = -1$, and 0.04 · (0.3679 + 1 - 1) = 0.0147 comes on top, of which the mean keeps a quarter: the loss is -0.0317.

Source: Shao et al., *DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models* (2024), section 4.1,
equations 3 and 4. Without the division: Liu et al., *Understanding R1-Zero-Like Training: A Critical Perspective* (2025), section 3.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def group_advantages(
    rewards: Float[Tensor, "B"], group_size: int, eps: float = 1e-6, normalize: bool = True
) -> Float[Tensor, "B"]:
    """How far each reward is above the mean of its group.

    >>> group_advantages(torch.tensor([1.0, 3.0, 5.0, 5.0]), group_size=2)
    tensor([-0.7071,  0.7071,  0.0000,  0.0000])
    >>> group_advantages(torch.tensor([1.0, 3.0, 5.0, 5.0]), group_size=2, normalize=False)
    tensor([-1.,  1.,  0.,  0.])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def grpo_loss(
    logp: Float[Tensor, "B T"],
    old_logp: Float[Tensor, "B T"],
    ref_logp: Float[Tensor, "B T"],
    advantages: Float[Tensor, "B"],
    mask: Bool[Tensor, "B T"],
    clip: float = 0.2,
    beta: float = 0.04,
) -> Float[Tensor, ""]:
    """The mean over answers of the mean over their tokens.

    >>> logp = torch.tensor([[-2.0, 0.0], [-1.0, -1.0]])
    >>> old_logp = torch.tensor([[-2.0, 0.0], [-1.0, -2.0]])
    >>> mask = torch.tensor([[True, False], [True, True]])
    >>> advantages = torch.tensor([-0.7071, 0.7071])
    >>> grpo_loss(logp, old_logp, logp, advantages, mask)
    tensor(-0.0354)
    >>> grpo_loss(logp, old_logp, old_logp, advantages, mask)
    tensor(-0.0317)
    """
    # YOUR CODE HERE
    raise NotImplementedError
