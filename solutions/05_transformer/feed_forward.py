r"""# The feed-forward network

Attention moves things from token to token. What is then made of them happens here: a small network of two layers, the
same one for every token, each token by itself. The first layer makes the vector wider, a ReLU sets to 0 what is below 0,
and the second layer makes it as narrow as before. Most of a transformer's weights are in these layers.

$$\operatorname{FFN}(x) = \max(0,\; x W_1^\top + b_1)\, W_2^\top + b_2$$

In training, some of the numbers in the middle are dropped, so that none is relied on too much.

**Write** `class FeedForward(nn.Module)`, with `__init__(d_model, d_ff, dropout=0.0)` and `forward(x)`.

- There are two layers, each an `nn.Linear` with a bias: `up`, from `d_model` to `d_ff`, and `down`, from `d_ff` to
  `d_model`. The module has no other parameters or buffers.
- x is (..., D), where D is `d_model`: a single vector, (B, T, D), or any other leading axes. Every vector along the last
  axis goes through by itself. The result has the shape and the dtype of x, which is left as it is.
- `dropout` is the probability, from 0 to 1, with which each number is dropped in training. **It stands between the two
  layers**: of each vector's `d_ff` numbers, each is dropped or kept by itself, and nothing else is dropped, not x and not
  the result. What is kept is divided by 1 - `dropout`. Beware: in some models there is a second dropout behind `down`;
  here that is the business of the layer around it.
- In evaluation mode, after `module.eval()`, nothing is dropped. `module.train()` turns dropout on again.
- With a dropout of 1 all is dropped in training, and the result is the bias of `down`.
- No sum with x, and no normalization: they belong to the layer around it, too.
- Gradients reach x and all parameters, in training mode with dropout, too.
- `nn.Linear`, torch's `relu` and its dropout may be used, since you have written them before.

Example: D = 1, d_ff = 2, `up` with the weight ((1), (-1)) and the bias (0, 0), `down` with the weight ((1, 2)) and the
bias 5. For x = 3 there are 3 and -3 in the middle, after the ReLU 3 and 0, and the result is 3 + 0 + 5 = 8. For x = -3 it
is 0 + 2 · 3 + 5 = 11. With a dropout of 1/2, x = 3 gives 2 · 3 + 5 = 11 or, if the 3 is dropped, 5.

Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.3, equation 2. The dropout is where their
implementation has it.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class FeedForward(nn.Module):
    """Two linear layers with a ReLU and dropout between them, for each vector along the last axis.

    >>> network = FeedForward(d_model=4, d_ff=16, dropout=0.1)
    >>> network(torch.zeros(2, 3, 4)).shape
    torch.Size([2, 3, 4])
    >>> sorted((name, tuple(p.shape)) for name, p in network.named_parameters())
    [('down.bias', (4,)), ('down.weight', (4, 16)), ('up.bias', (16,)), ('up.weight', (16, 4))]
    """

    up: nn.Linear
    down: nn.Linear

    def __init__(self, d_model: int, d_ff: int, dropout: float = 0.0):
        """Make the layers."""
        super().__init__()
        ### BEGIN SOLUTION
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """The network's result for each vector.

        >>> network = FeedForward(1, 2)
        >>> network.up.weight.data, network.up.bias.data = torch.tensor([[1.0], [-1.0]]), torch.zeros(2)
        >>> network.down.weight.data, network.down.bias.data = torch.tensor([[1.0, 2.0]]), torch.tensor([5.0])
        >>> network(torch.tensor([[3.0], [-3.0]])).detach()
        tensor([[ 8.],
                [11.]])
        """
        ### BEGIN SOLUTION
        hidden = torch.relu(self.up(x))  # (..., F)
        return self.down(self.dropout(hidden))  # (..., D)
        ### END SOLUTION
