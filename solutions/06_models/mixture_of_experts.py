r"""# Mixture of experts

A model with more weights knows more, and takes longer for every token. A mixture of experts has the one without the other:
in place of one feed-forward network there are E of them, the experts, and each token goes through only k, which a small
linear layer, the router, chooses for it. Mixtral has 8 experts in each layer, and a token uses 2.

With the router's weight $R$ (E × D), a token $x$ has the probabilities $p$. Let $K$ be the k experts with the largest ones:

$$p = \operatorname{softmax}(R x), \qquad
g_i = \frac{p_i}{\sum_{j \in K} p_j}, \qquad
y = \sum_{i \in K} g_i \operatorname{Expert}_i(x)$$

Left to itself, a router soon sends everything to the few experts that have learnt most so far. A second result, to be added
to the loss in small part, keeps the load even. Over all tokens of the batch, let $f_i$ be the part of all choices that
fell on expert $i$ (a token makes k choices, so it is a count divided by k times the number of tokens), and $P_i$ the mean
of its probability:

$$\text{aux} = E \sum_{i=1}^{E} f_i P_i$$

It is 1 where the load is even, and larger where a few experts get most of it. A count has no slope, so the gradient comes
through $P$ alone.

**Write** `class MoE(nn.Module)`. `Expert`, a feed-forward network as in the Transformer, is there already.

- `__init__(d_model, d_ff, num_experts, top_k)` makes `router`, an `nn.Linear` from `d_model` to `num_experts` without bias,
  and `experts`, an `nn.ModuleList` of `num_experts` different `Expert(d_model, d_ff)`. The module has no other parameters
  or buffers. Raise `ValueError` there unless `top_k` is from 1 to `num_experts`.
- `forward(x)` takes (B, T, D) and returns `(out, aux)`: (B, T, D), and a scalar tensor. Both have x's dtype.
- Every token gets all of its k experts, however many others chose the same: none is dropped. An expert that nobody chooses
  adds nothing, and its $f_i$ is 0.
- The chosen probabilities are divided by their sum, as in the formula. So with k = 1 the only weight is 1, and the router
  learns through `aux` alone.
- Of experts with equal probabilities, those with lower numbers are chosen. Beware: `torch.topk` promises no order among
  equals; a stable sort does.
- An expert computes only the tokens that chose it: to run all experts on all tokens takes E / k times as long.
- Gradients reach x, the router and the experts: through the weights $g$, through the experts' results, and through `aux`.
- x is left as it is. A softmax in float32 is welcome for inputs in half precision, but float64 must not be rounded to it.

Example: E = 3, k = 2, two tokens with the probabilities (0.6, 0.3, 0.1) and (0.5, 0.1, 0.4). The first one takes experts 0
and 1 with the weights 2/3 and 1/3, the second one experts 0 and 2 with 5/9 and 4/9. Of four choices, f = (1/2, 1/4, 1/4);
P = (0.55, 0.2, 0.25); and aux = 3 · (0.275 + 0.05 + 0.0625) = 1.1625.

Source: Jiang et al., *Mixtral of Experts* (2024), section 2.1, for the weights; Fedus, Zoph and Shazeer, *Switch
Transformers* (2022), section 2.2, equations 4 to 6, for the loss, here without its factor α and for any k.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Expert(nn.Module):
    """A feed-forward network for each vector along the last axis.

    >>> Expert(4, 16)(torch.zeros(5, 4)).shape
    torch.Size([5, 4])
    """

    def __init__(self, d_model: int, d_ff: int):
        """Make the two layers."""
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """The network's result for each vector."""
        return self.down(torch.relu(self.up(x)))


class MoE(nn.Module):
    """Experts of which each token goes through the `top_k` that the router finds most likely.

    >>> moe = MoE(d_model=4, d_ff=8, num_experts=3, top_k=2)
    >>> out, aux = moe(torch.zeros(2, 5, 4))
    >>> out.shape, aux.shape
    (torch.Size([2, 5, 4]), torch.Size([]))
    """

    router: nn.Linear
    experts: nn.ModuleList

    def __init__(self, d_model: int, d_ff: int, num_experts: int, top_k: int):
        """Make the router and the experts.

        Raises:
            ValueError: `top_k` is below 1 or above `num_experts`.
        """
        super().__init__()
        ### BEGIN SOLUTION
        if not 1 <= top_k <= num_experts:
            raise ValueError(f"of {num_experts} experts, {top_k} cannot be chosen")
        self.top_k = top_k
        self.router = nn.Linear(d_model, num_experts, bias=False)
        self.experts = nn.ModuleList(Expert(d_model, d_ff) for _ in range(num_experts))
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B T D"]) -> tuple[Float[Tensor, "B T D"], Float[Tensor, ""]]:
        """What the chosen experts make of each token, and how uneven their load is.

        >>> moe = MoE(d_model=1, d_ff=1, num_experts=3, top_k=2)
        >>> moe.router.weight.data = torch.tensor([[0.6], [0.3], [0.1]]).log()
        >>> for number, expert in enumerate(moe.experts):  # each gives its number, times 9
        ...     _ = nn.init.zeros_(expert.down.weight), nn.init.constant_(expert.down.bias, 9.0 * number)
        >>> out, aux = moe(torch.ones(1, 1, 1))
        >>> round(out.item(), 4), round(aux.item(), 4)  # 2/3 · 0 + 1/3 · 9, and 3 · (1/2 · 0.6 + 1/2 · 0.3)
        (3.0, 1.35)
        """
        ### BEGIN SOLUTION
        tokens = x.flatten(0, 1)  # (N, D)
        probs = self.router(tokens).softmax(dim=-1)  # (N, E)
        best, order = probs.sort(dim=-1, descending=True, stable=True)
        best, chosen = best[:, : self.top_k], order[:, : self.top_k]  # (N, k)
        weights = best / best.sum(dim=-1, keepdim=True)  # (N, k)
        out = torch.zeros_like(tokens)
        for number, expert in enumerate(self.experts):
            token, place = (chosen == number).nonzero(as_tuple=True)  # who chose it, and as which choice
            out = out.index_add(0, token, weights[token, place, None] * expert(tokens[token]))
        share = chosen.flatten().bincount(minlength=len(self.experts)).to(probs.dtype) / chosen.numel()  # (E,)
        aux = len(self.experts) * (share * probs.mean(dim=0)).sum()
        return out.view_as(x), aux
        ### END SOLUTION
