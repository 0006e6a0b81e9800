r"""# LoRA

To fine-tune a large model means to change each of its weights, and to keep a whole copy of them for every task. LoRA
(low-rank adaptation) leaves the weights as they are and learns, beside a linear layer, a small change of it: the product
of two thin matrices. A layer of 4096 × 4096 has 16.8 million weights; a change of rank 8 has 65 536. Once learnt, the
change is added to the weight, and the model is as fast as it was.

With the base layer's weight $W$ (out × in), $A$ (rank × in) and $B$ (out × rank),

$$y = W x + b + \frac{\alpha}{r}\, B A x$$

where $r$ is the rank. $\alpha$ is a number that is chosen once: dividing by $r$ lets one try another rank without having
to look for another learning rate. $B$ begins at zero, so that the layer begins as its base. If $A$ were zero as well, no
gradient would ever reach either of them.

**Write** `class LoRALinear(nn.Module)`.

- `__init__(base, rank, alpha)` takes an `nn.Linear`, with a bias or without, and keeps it as `base`: the very same
  module, no copy. Its parameters are frozen: `requires_grad` is False. Two parameters are new, and named as in the
  paper's code: `lora_A` (rank, in) and `lora_B` (out, rank), with the dtype and on the device of the base's weight. The
  module has no other parameters or buffers, so what it can learn is rank · (in + out) numbers.
- `lora_B` begins at zero. `lora_A` begins at random numbers from torch's global generator, drawn anew for each module, as
  many above 0 as below. How far they spread is up to you; what `nn.Linear` begins with is a good choice.
- Raise `ValueError` there for a rank below 1. `alpha` is any number, whole or not.
- `forward(x)` takes x (..., in) and gives (..., out), with x's dtype. It goes through $A$ first: the product $BA$ is as
  large as $W$, and no call of `forward` makes it.
- Gradients reach x, `lora_A` and `lora_B`, and nothing else.
- `merge()` returns a new `nn.Linear` with the weight $W + \frac{\alpha}{r} B A$ and the base's bias, or none if the base
  has none; dtype and device are the base's. It gives what `forward` gives, but for rounding. It shares no memory with the
  base, whose numbers stay as they are, and the module goes on as before. Whether its parameters require a gradient is up
  to you.
- x and the base's numbers are left as they are, by all of this, and by `eval()` and `train()`, too.

Example: the base multiplies one number by 2, without a bias; rank 2, α = 4. With $A$ = (1, 1)ᵀ and $B$ = (1, 3), $BA$ is 4,
times 4/2 is 8. So x = 1 gives 2 + 8 = 10, and the merged layer multiplies by 10.

Source: Hu et al., *LoRA: Low-Rank Adaptation of Large Language Models* (2021), section 4.1, equation 3.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LoRALinear(nn.Module):
    """A linear layer that is frozen, with a change of low rank beside it that is learnt.

    >>> layer = LoRALinear(nn.Linear(5, 3), rank=2, alpha=4.0)
    >>> [(name, tuple(p.shape)) for name, p in layer.named_parameters() if p.requires_grad]
    [('lora_A', (2, 5)), ('lora_B', (3, 2))]
    >>> x = torch.ones(1, 5)
    >>> torch.equal(layer(x), layer.base(x))
    True
    """

    def __init__(self, base: nn.Linear, rank: int, alpha: float):
        """Freeze the base layer and begin a change of it.

        Raises:
            ValueError: `rank` is below 1.
        """
        super().__init__()
        ### BEGIN SOLUTION
        if rank < 1:
            raise ValueError(f"the rank is {rank}, and must be 1 at least")
        self.base = base.requires_grad_(False)
        self.scale = alpha / rank
        self.lora_A = nn.Parameter(base.weight.new_zeros(rank, base.in_features))
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, rank))
        nn.init.xavier_uniform_(self.lora_A)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        """The base's result and what the change adds to it.

        >>> layer = LoRALinear(nn.Linear(1, 1, bias=False), rank=2, alpha=4.0)
        >>> layer.base.weight.data = torch.tensor([[2.0]])
        >>> layer.lora_A.data, layer.lora_B.data = torch.tensor([[1.0], [1.0]]), torch.tensor([[1.0, 3.0]])
        >>> layer(torch.tensor([1.0])).tolist()
        [10.0]
        >>> layer.merge().weight.tolist()
        [[10.0]]
        """
        ### BEGIN SOLUTION
        narrow = x @ self.lora_A.mT  # (..., rank)
        return self.base(x) + self.scale * (narrow @ self.lora_B.mT)  # (..., out)
        ### END SOLUTION

    def merge(self) -> nn.Linear:
        """A linear layer by itself that gives what this module gives."""
        ### BEGIN SOLUTION
        bias, weight = self.base.bias, self.base.weight
        merged = nn.Linear(weight.shape[1], weight.shape[0], bias is not None, weight.device, weight.dtype)
        with torch.no_grad():
            merged.weight.copy_(weight + self.scale * (self.lora_B @ self.lora_A))  # (out, in)
            if bias is not None:
                merged.bias.copy_(bias)
        return merged
        ### END SOLUTION
