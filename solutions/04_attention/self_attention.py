r"""# Self-attention

Attention needs queries, keys and values. In a transformer nobody hands them in: every token makes all three itself. A
linear layer turns it into a query, which says what the token looks for. A second one turns it into a key, which says
what the token has. A third one turns it into a value, which is what another token takes in, if the key fits its query.
What the three layers learn is what makes attention useful.

$$Q = X W_Q, \qquad K = X W_K, \qquad V = X W_V, \qquad
\operatorname{SelfAttention}(X) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt d}\right) V$$

The T rows of $X$ (T × D) are the tokens of one sequence. $Q$, $K$ and $V$ are (T × d), where d is the width of the
head, and row t of the result is what token t takes in from the whole sequence.

**Write** `class SelfAttention(nn.Module)`, a single head.

- `__init__(d_model, d_head, bias=False)` makes three layers, each an `nn.Linear` from `d_model` to `d_head`: `q_proj`,
  `k_proj` and `v_proj`. All three have a bias, or none, as `bias` says. The module has no other parameters or buffers.
- `forward(x, mask=None)` takes a batch of sequences (B, T, D). It returns the output (B, T, d) and nothing else.
- The scores are divided by the square root of the width of the head.
- `mask` is boolean and broadcasts to (B, T, T): row t, column s is True where token t may attend to token s. (T, T) is
  one mask for all sequences, (B, 1, T) hides padding. A hidden token gets the weight 0, and the weights of the others
  sum to one. Without a mask every token attends to all, also to those after it.
- A token that may attend to nothing gets zeros, and all gradients stay finite.
- The output has the dtype of the inputs, and the arguments are left as they are. A softmax in float32 is welcome for
  inputs in half precision, but float64 must not be rounded to it.
- Do without torch's own attention. Its `softmax` may be used.

Example: let D = d = 1 and let all three layers multiply by 1. Two tokens, the numbers 0 and 1, are then queries, keys
and values at once. The first has the scores 0 and 0, so it takes in 0.5. The second has the scores 0 and 1, the weights
1 / (1 + e) and e / (1 + e), and takes in 0.7311.

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.2.1, equation 1, and section 3.2.3,
second and third use.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """One attention head over a sequence that makes its own queries, keys and values.

    >>> attention = SelfAttention(d_model=6, d_head=4)
    >>> attention(torch.zeros(2, 3, 6)).shape
    torch.Size([2, 3, 4])
    >>> sorted(name for name, _ in attention.named_parameters())
    ['k_proj.weight', 'q_proj.weight', 'v_proj.weight']
    """

    q_proj: nn.Linear
    k_proj: nn.Linear
    v_proj: nn.Linear

    def __init__(self, d_model: int, d_head: int, bias: bool = False):
        """Make the three layers."""
        super().__init__()
        ### BEGIN SOLUTION
        self.q_proj = nn.Linear(d_model, d_head, bias=bias)
        self.k_proj = nn.Linear(d_model, d_head, bias=bias)
        self.v_proj = nn.Linear(d_model, d_head, bias=bias)
        ### END SOLUTION

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        mask: Bool[Tensor, "#T #T"] | Bool[Tensor, "#B #T #T"] | None = None,
    ) -> Float[Tensor, "B T d"]:
        """What each token takes in from the tokens it may attend to.

        >>> attention = SelfAttention(1, 1)
        >>> for layer in attention.children():
        ...     _ = nn.init.ones_(layer.weight)
        >>> x = torch.tensor([[[0.0], [1.0]]])
        >>> attention(x).detach()
        tensor([[[0.5000],
                 [0.7311]]])
        >>> attention(x, mask=torch.tensor([[True, False], [True, True]])).detach()
        tensor([[[0.0000],
                 [0.7311]]])
        """
        ### BEGIN SOLUTION
        q = self.q_proj(x)  # (B, T, d)
        k = self.k_proj(x)  # (B, T, d)
        v = self.v_proj(x)  # (B, T, d)
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # (B, T, T): who asks, who answers
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)  # as good as -inf, without its NaN
        weights = scores.softmax(dim=-1)  # (B, T, T)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)  # of use to a token that may attend to nothing
        return weights @ v  # (B, T, d)
        ### END SOLUTION
