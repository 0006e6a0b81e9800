r"""# Log-probabilities of tokens, and entropy

Whether an answer of a language model is to become more likely or less, as in reinforcement learning, or is compared with what
another model thinks of it: all of this is reckoned with the logarithm of the probability that the model gave to each token.
At a position the model gives a row of V logits $z$, one for each token of the vocabulary. With the token $y$ that stands there,
its log-probability is

$$\log p_y = \log \operatorname{softmax}(z)_y.$$

The **entropy** says how undecided the model is at that position: 0 if it is certain, $\log V$ if it takes all tokens to be
alike. It is watched in training, because a model whose entropy has sunk to 0 tries nothing new any more:

$$H = -\sum_{v=1}^{V} p_v \log p_v, \qquad \text{where } 0 \log 0 \text{ is } 0.$$

**Write** `token_log_probs(logits, labels)`, the log-probability of each label.

- `logits` has the shape (B, T, V), `labels` (B, T), the result (B, T). Nothing is shifted: the logits at a position are those
  for the label at the same position. Whoever calls it has shifted already: `token_log_probs(logits[:, :-1], ids[:, 1:])`.
- Labels are from 0 to V - 1.

**Write** `entropy(logits)`, the entropy of each row of logits.

- `logits` has the shape (..., V), with any number of axes before the last, also none. The result has the shape (...).

Of both:

- The logarithms are natural ones: a token of probability 1/2 has the log-probability -0.6931, and not -1.
- Logits of ±10 000 give the right result. The logarithm of a probability is never made of the probability: that is rounded to
  0 long before its logarithm is $-\infty$. The entropy keeps its digits where two logits of 10 000 tie: it is log 2 then, and
  not what is left of 10 000.6931.
- A token can be ruled out by a logit of $-\infty$. Its log-probability is $-\infty$, all others are finite, and it adds 0 to
  the entropy. (Many programs give NaN there: 0 times $-\infty$.)
- Gradients reach the logits. Those of the entropy are right where a token is ruled out, too, and never NaN. Those of a
  log-probability are right where another token is ruled out.
- The result has the dtype of the logits. The arguments stay as they are.
- All of torch may be used, its `log_softmax` and its `cross_entropy`, too. (Its `Categorical` gives the entropy as well, but
  does not keep all of these promises.)

Example: the logits [0, log 3] are the probabilities 1/4 and 3/4. The log-probability of token 1 is log 3/4 = -0.2877, and the
entropy is 1/4 · log 4 + 3/4 · log 4/3 = 0.5623.

Source: Ziegler et al., *Fine-Tuning Language Models from Human Preferences* (2019), section 2. Entropy: Cover and
Thomas, *Elements of Information Theory* (2nd edition, 2006), section 2.1, equation 2.1.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def token_log_probs(logits: Float[Tensor, "B T V"], labels: Int[Tensor, "B T"]) -> Float[Tensor, "B T"]:
    """The log-probability of each label under the logits at its own position.

    >>> import math
    >>> import torch
    >>> logits = torch.tensor([[[0.0, math.log(3)], [0.0, math.log(3)], [1e4, -1e4]]])
    >>> token_log_probs(logits, torch.tensor([[1, 0, 1]]))
    tensor([[-2.8768e-01, -1.3863e+00, -2.0000e+04]])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def entropy(logits: Float[Tensor, "*batch V"]) -> Float[Tensor, "*batch"]:
    """The entropy of the softmax of each row of logits, in natural units.

    >>> import math
    >>> import torch
    >>> entropy(torch.tensor([[0.0, math.log(3)], [7.0, 7.0]]))
    tensor([0.5623, 0.6931])
    >>> entropy(torch.tensor([0.0, 0.0, -math.inf]))
    tensor(0.6931)
    """
    # YOUR CODE HERE
    raise NotImplementedError
