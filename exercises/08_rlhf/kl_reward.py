r"""# Rewards with a penalty for going far

In the last of the four stages of ChatGPT the model, now called the policy, writes answers, and a reward model gives each whole
answer one number, its score. A policy that sees nothing else soon writes what fools the reward model. So it pays, token by
token, for leaving the reference, the model that it was before this stage. With $x_t$ the token at position $t$, the reward there
is

$$R_t = -\beta \, \bigl(\log p(x_t) - \log q(x_t)\bigr) + s_t$$

where $p$ is the policy's probability and $q$ the reference's, and $s_t$ is the score at the last token of the answer, and 0
before it. The sum over an answer is its score less $\beta$ times an estimate
of the divergence of the two. There are other estimates in use; this is the plain difference, $k_1$, which may be of either sign.

**Write** `kl_shaped_rewards(scores, logp, ref_logp, mask, beta)`.

- `scores` has the shape (B,), one number for each answer. `logp` and `ref_logp` are the log-probabilities of its tokens under
  the policy and under the reference, (B, T). The result has the shape (B, T), and the dtype of `logp`, which all three have.
- `mask` is boolean, (B, T), and true at the tokens of the answer. What comes before them (the prompt, left padding) and after
  them (right padding) gets the reward 0. The last token of an answer is so the last one that is true, wherever it is.
- What the mask hides has no influence, even if it is NaN or infinite.
- An answer of one token gets its score and its penalty there. An answer of no tokens at all gets zeros: its score is lost.
- Log-ratios of ±50 are fine; nothing is clamped. `beta` is a number, 0 or above.
- Rewards are what a policy is judged by, and not what it is trained through: the result carries no gradient, also where
  `logp` and `scores` do. (Otherwise the policy would be pushed along the penalty a second time, past the policy gradient.
  Where everything is computed under `torch.no_grad()`, as many programs do, it goes without saying.)
- The arguments stay as they are.

Example: an answer of three tokens and one of padding, with the score 2 and beta = 0.1. With the log-probabilities
[-1, -2, -3, -4] and the reference's [-2, -2, -1, -9], the rewards are [-0.1, 0, 0.2 + 2, 0].

Source: Ziegler et al., *Fine-Tuning Language Models from Human Preferences* (2019), section 2, equation 2. In ChatGPT's line:
Ouyang et al., *Training language models to follow instructions with human feedback* (2022), section 3.5, equation 2.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def kl_shaped_rewards(
    scores: Float[Tensor, "B"],
    logp: Float[Tensor, "B T"],
    ref_logp: Float[Tensor, "B T"],
    mask: Bool[Tensor, "B T"],
    beta: float,
) -> Float[Tensor, "B T"]:
    """The reward of each token: the penalty for leaving the reference, and at the last token the score.

    >>> logp = torch.tensor([[-1.0, -2.0, -3.0, -4.0]])
    >>> ref_logp = torch.tensor([[-2.0, -2.0, -1.0, -9.0]])
    >>> mask = torch.tensor([[True, True, True, False]])
    >>> kl_shaped_rewards(torch.tensor([2.0]), logp, ref_logp, mask, beta=0.1)
    tensor([[-0.1000, -0.0000,  2.2000,  0.0000]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
