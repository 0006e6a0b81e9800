r"""# Speculative decoding

A large model makes one token a step, and each step reads all of its weights. But to judge k tokens that somebody else proposes
takes it hardly longer than to make one: they go in at once, like a prompt. So a small, fast model, the *draft*, writes k
tokens ahead, and the large one, the *target*, says of each how likely it was to be its own. Those that fit are kept. What
comes out has exactly the distribution of the target model, as if the draft had never been there; it only comes faster.

At place i, let $p_i$ be the target's probabilities, $q_i$ the draft's, and $x_i$ the token that was drawn from $q_i$. It is
accepted with the probability

$$\min\!\left(1, \; \frac{p_i(x_i)}{q_i(x_i)}\right)$$

At the first token that is rejected, another is drawn in its place from what the target has more of than the draft,

$$p_i'(x) = \frac{\max(0,\; p_i(x) - q_i(x))}{\sum_y \max(0,\; p_i(y) - q_i(y))}$$

and all that comes behind is thrown away, for it was written behind a token that is no longer there. If all k are accepted, the
target's probabilities behind the last of them are known, too, and one more token is drawn from $p_k$.

**Write** `speculative_step(target_probs, draft_probs, draft_tokens, generator)`, which returns the tokens that one such step
makes: those that are accepted, up to the first that is not, and one more.

- `target_probs` is (k + 1, V), its rows $p_0, \dots, p_k$; `draft_probs` is (k, V), its rows $q_0, \dots, q_{k-1}$. Both are
  float32: take softmax in float32 where logits are in half precision. `draft_tokens` is (k,), int64.
- k may be 0. Then the result is one token, drawn from $p_0$.
- The result is int64 (n + 1,), where n is the number of those that are accepted, 0 to k, on the device of `draft_tokens`.
- $q_i(x_i)$ is above 0, since $x_i$ was drawn from $q_i$. All else may be 0: a token with $p_i(x_i) = 0$ is always rejected, and
  one that the draft would never propose may come in the place of another.
- Where $p_i(x_i) \ge q_i(x_i)$, as everywhere when both models are the same, the token is always accepted, however
  small both are. Take the rows as they are.
- Each token is accepted or not by itself: one random number for all of them would not do.
- Rows add up to 1 only roughly, a hundredth more or less. So $p_i$ may be below $q_i$ at $x_i$, and above it nowhere. If $x_i$ is
  rejected then, there is nothing in $p_i'$ to draw from: draw from $p_i$ in its place, but not where little is left. (Beware: published code
  divides 0 by 0 here.)
- All that is drawn comes from `generator`, which is on the device of the other arguments. torch's global generator stays as it
  is. The same seed gives the same tokens, and the generator, used again, others.
- All arguments stay as they are, but for the state of the generator.
- `torch.multinomial` may be used. It takes weights that do not add up to 1.

Example: with three tokens, $p_0$ is `[0.5, 0.3, 0.2]` and $q_0$ is `[0.2, 0.6, 0.2]`. The draft has drawn token 1. It is accepted
with the probability 0.3 / 0.6 = 0.5. If it is rejected, `[0.3, 0, 0]` is left to draw from, so the result is `[0]`. That
keeps the target's distribution: token 1 comes with 0.6 · 0.5 = 0.3, and token 0 with 0.2 · 1 + 0.6 · 0.5 · 1 = 0.5.

Source: Leviathan, Kalman and Matias, *Fast Inference from Transformers via Speculative Decoding* (2023), section 2.3 and algorithm
1; the proof is in its appendix A.1.
"""

import torch
from jaxtyping import Float32, Int64
from torch import Generator, Tensor


def speculative_step(
    target_probs: Float32[Tensor, "k+1 V"],
    draft_probs: Float32[Tensor, "k V"],
    draft_tokens: Int64[Tensor, "k"],
    generator: Generator,
) -> Int64[Tensor, "n+1"]:
    """The draft's tokens up to the first that is rejected, and one token of the target.

    >>> target_probs = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    >>> draft_probs = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    >>> speculative_step(target_probs, draft_probs, torch.tensor([1, 2]), torch.Generator())
    tensor([1, 2, 0])
    >>> speculative_step(target_probs, draft_probs, torch.tensor([1, 1]), torch.Generator())
    tensor([1, 2])
    """
    # YOUR CODE HERE
    raise NotImplementedError
