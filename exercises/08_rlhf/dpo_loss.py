r"""# Direct preference optimisation

Reinforcement learning from people's preferences takes a reward model, a value model, and a policy that writes answers all the
while. DPO does without all but the policy: it learns from the pairs themselves, of an answer that was chosen and one that was
rejected, as a reward model does. For the reward of an answer $y$ it takes how much more likely the policy makes it than the
reference, the model that training began with:

$$\hat r(y) = \beta \, \bigl(\log p(y) - \log q(y)\bigr)$$

with the policy's probability $p$ of the whole answer and the reference's $q$. The **margin** of a pair is the difference of the
two rewards, and the loss is that of a reward model, with the sigmoid $\sigma$:

$$m = \hat r(y_\text{chosen}) - \hat r(y_\text{rejected}), \qquad \text{loss} = -\log \sigma(m)$$

People err. If a share $\varepsilon$ of the pairs is taken to be labelled the wrong way round, each pair counts both ways:

$$\text{loss} = -(1 - \varepsilon) \log \sigma(m) - \varepsilon \log \sigma(-m)$$

This is the conservative DPO; there is also a robust one, which divides by $1 - 2 \varepsilon$, and which is not meant here.

**Write** `dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0)`, which gives
`(loss, margins)`.

- The four tensors have the shape (N,): log-probabilities of whole answers, each the sum over its tokens. Entry i of all four
  belongs to pair i.
- `beta` is a number above 0. `label_smoothing` is $\varepsilon$, from 0 up to 1/2.
- `loss` is the mean over the pairs, a tensor without axes. `margins` has the shape (N,), one margin for each pair, $\beta$
  included. Both have the dtype of the four.
- Log-probabilities of ±10 000 give the right loss and the right gradient, never infinity or NaN: a long answer is very
  unlikely. (No log-probability is above 0, but sums of logits are used, too.)
- The gradient of the loss reaches all four. That the reference is not trained is for the caller to see to. It is right where a
  margin is exactly 0, as all are at the beginning, when the policy still is the reference. It is no matter whether `margins`
  carry a gradient.
- The arguments stay as they are. torch's own `logsigmoid` and `softplus` may be used.

Example: for the policy the chosen answer has -10 and the rejected -12, for the reference -11 and -11. With beta = 0.5, the
rewards are 0.5 and -0.5, the margin is 1, and the loss 0.3133. With a label smoothing of 0.1, it is 0.9 · 0.3133 + 0.1 · 1.3133 =
0.4133.

Source: Rafailov et al., *Direct Preference Optimization: Your Language Model is Secretly a Reward Model* (2023), section 4,
equation 7. Label smoothing: Mitchell, *A note on DPO with noisy preferences & relationship to IPO* (2023).
"""

import torch.nn.functional as F
import torch
from jaxtyping import Float
from torch import Tensor


def dpo_loss(
    policy_chosen: Float[Tensor, "N"],
    policy_rejected: Float[Tensor, "N"],
    ref_chosen: Float[Tensor, "N"],
    ref_rejected: Float[Tensor, "N"],
    beta: float = 0.1,
    label_smoothing: float = 0.0,
) -> tuple[Float[Tensor, ""], Float[Tensor, "N"]]:
    """The mean loss of the pairs, and the margin of each.

    >>> import torch
    >>> policy, reference = torch.tensor([[-10.0], [-12.0]]), torch.tensor([[-11.0], [-11.0]])
    >>> dpo_loss(*policy, *reference, beta=0.5)
    (tensor(0.3133), tensor([1.]))
    >>> dpo_loss(*policy, *reference, beta=0.5, label_smoothing=0.1)
    (tensor(0.4133), tensor([1.]))
    """
    # YOUR CODE HERE
    raise NotImplementedError
