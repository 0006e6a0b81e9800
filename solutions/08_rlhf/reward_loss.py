r"""# Reward model loss

A reward model gives a number, the reward, to an answer of a language model. Nobody can say what the right number is, but
people can say which of two answers they like better. So the model learns from comparisons: the chance that the first of
two answers is preferred is taken to be the sigmoid of the difference of their rewards, and training makes the
preferences that people did state likely. For one pair, with reward $r_c$ for the chosen answer and $r_r$ for the
rejected one, the loss is

$$-\log \sigma(r_c - r_r - m), \qquad \sigma(z) = \frac{1}{1 + e^{-z}}.$$

The margin $m$ is larger where people found one answer much better than the other: then a small difference will not do.

If people put $K$ answers to one prompt in order, every two of them make a pair, $\binom K2 = \frac{K(K-1)}2$ in all:

$$-\frac{1}{\binom K2} \sum_{i < j} \log \sigma(r_i - r_j), \qquad \text{where } r_1 \text{ is the reward of the best answer}.$$

Written down as it stands, $\log \sigma(z)$ fails: $\sigma(-1000)$ is 0 in floating point, and its logarithm $-\infty$,
where $\log \sigma(-1000)$ is really $-1000$.

**Write** `reward_loss(chosen, rejected, margin=None)`, the mean loss of N pairs.

- `chosen` and `rejected` have the shape (N,); entry i of the one is compared with entry i of the other.
- `margin` is `None` for no margin, a number for all pairs, or a tensor (N,) with one for each pair. It is subtracted from
  the difference, inside the sigmoid.

**Write** `ranking_loss(rewards)`, the mean loss of all pairs of all prompts.

- `rewards` has the shape (B, K): K ≥ 2 answers to each of B prompts, the best first. Only answers to the same prompt
  are compared.

Of both:

- The result is a tensor with no axes, of the dtype of the rewards, which a tensor of margins has, too.
- Rewards of ±10 000 give the right loss and the right gradient, never infinity or NaN. The gradient is right where two
  rewards are equal, too: a new model may give every answer the reward 0, and must learn all the same.
- torch's own `logsigmoid` and `softplus` may be used.

Example: a pair with rewards $\log 3$ and 0 has $\sigma = \frac34$ and the loss $\log \frac43 = 0.2877$. With a margin of
$\log 3$ it has $\sigma = \frac12$ and the loss $\log 2 = 0.6931$.

Source: Ouyang et al., *Training language models to follow instructions with human feedback* (2022), section 3.5,
equation 1. The margin: Touvron et al., *Llama 2: Open Foundation and Fine-Tuned Chat Models* (2023), section 3.2.2,
equation 2.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def reward_loss(
    chosen: Float[Tensor, "N"], rejected: Float[Tensor, "N"], margin: float | Float[Tensor, "N"] | None = None
) -> Float[Tensor, ""]:
    """The mean of -log σ(chosen - rejected - margin) over the pairs.

    >>> import math
    >>> reward_loss(torch.tensor([math.log(3)]), torch.tensor([0.0]))
    tensor(0.2877)
    >>> reward_loss(torch.tensor([math.log(3)]), torch.tensor([0.0]), margin=math.log(3))
    tensor(0.6931)
    >>> reward_loss(torch.tensor([1e4, -1e4]), torch.tensor([0.0, 0.0]), margin=torch.tensor([0.0, 2.0]))
    tensor(5001.)
    """
    ### BEGIN SOLUTION
    difference = chosen - rejected  # (N,)
    if margin is not None:
        difference = difference - margin  # (N,)
    return -F.logsigmoid(difference).mean()  # ()
    ### END SOLUTION


def ranking_loss(rewards: Float[Tensor, "B K"]) -> Float[Tensor, ""]:
    """The mean of -log σ(better - worse) over all pairs of answers to the same prompt; the best answer comes first.

    >>> ranking_loss(torch.tensor([[2.0, 1.0, 0.0]]))  # the differences are 1, 2 and 1
    tensor(0.2512)
    >>> ranking_loss(torch.tensor([[0.0, 1.0, 2.0]]))
    tensor(1.5845)
    """
    ### BEGIN SOLUTION
    K = rewards.shape[1]
    better, worse = torch.triu_indices(K, K, offset=1, device=rewards.device)  # (P,) each, P = K(K - 1)/2
    differences = rewards[:, better] - rewards[:, worse]  # (B, P)
    return -F.logsigmoid(differences).mean()  # ()
    ### END SOLUTION
