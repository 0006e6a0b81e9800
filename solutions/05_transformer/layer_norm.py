r"""# Layer normalization

A transformer adds what each layer has found to the vector of its token. After a dozen layers these vectors would have
grown, each by another amount, and the layers behind would meet numbers of a size that they have never seen. Layer
normalization gives every vector the same size again: it subtracts the mean of its numbers and divides by their standard
deviation. Then a weight and a bias for each feature, which are learned, say what spread and what middle the next layer
is to get.

You know batch normalization, which takes mean and variance of one feature over the whole batch. Here they are those of
one vector over its own features. What comes out for a token depends on no other token, and it is the same in training
and afterwards: nothing has to be remembered.

For one vector $x_1, \dots, x_D$:

$$\mu = \frac{1}{D} \sum_i x_i, \qquad \sigma^2 = \frac{1}{D} \sum_i (x_i - \mu)^2, \qquad
y_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}} \cdot \text{weight}_i + \text{bias}_i$$

**Write** `class LayerNorm(nn.Module)`, with `__init__(d_model, eps=1e-5)` and `forward(x)`.

- x is (..., D), where D is `d_model`: a single vector, (B, T, D), or any other leading axes. Every vector along the
  last axis is normalized by itself. The result has the shape of x.
- The module has two parameters, `weight` and `bias`, each (D,), ones and zeros at first, and nothing else in its
  `state_dict()`.
- $\sigma^2$ is the biased variance, with D below the sum, and $\varepsilon$ stands under the root. Beware: a version that
  is often copied divides by `x.std(-1) + eps`, which is another number in both respects.
- The numbers may lie far from 0, far beyond their spread, as at 10 000 ± 3 in float32: subtract the mean first, then
  square. The difference of the mean square and the squared mean is mostly rounding there.
- A vector of equal numbers has no spread and gives the bias, and so does a vector of one number. Gradients stay finite.
- Gradients reach x, `weight` and `bias`; x also through mean and variance.
- The result has the dtype of x, half precision included, which is that of the parameters, too. Statistics in float32
  are welcome for half precision, but float64 must not be rounded to it.
- x is left as it is. Do without torch's own normalization layers.

Example: the vector (1, 3, 5, 7), with $\varepsilon = 0$, weight 1 and bias 0. The mean is 4, the variance
(9 + 1 + 1 + 9) / 4 = 5, and the result is (-3, -1, 1, 3) / √5 = (-1.3416, -0.4472, 0.4472, 1.3416).

Source: Ba, Kiros and Hinton, *Layer Normalization* (2016), section 3, equation 3; $\varepsilon$ is not in the paper, but
in every implementation.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LayerNorm(nn.Module):
    """Normalizes each vector along the last axis.

    >>> norm = LayerNorm(4, eps=0.0)
    >>> norm(torch.tensor([1.0, 3.0, 5.0, 7.0])).detach()
    tensor([-1.3416, -0.4472,  0.4472,  1.3416])
    >>> norm(torch.zeros(2, 3, 4)).shape
    torch.Size([2, 3, 4])
    >>> LayerNorm(4)(torch.full((4,), 3.0)).tolist()
    [0.0, 0.0, 0.0, 0.0]
    >>> [name for name, _ in norm.named_parameters()]
    ['weight', 'bias']
    """

    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, d_model: int, eps: float = 1e-5):
        """Make the two parameters."""
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """Each vector, normalized, times the weight, plus the bias."""
        ### BEGIN SOLUTION
        centered = x - x.mean(dim=-1, keepdim=True)  # (..., D)
        variance = centered.square().mean(dim=-1, keepdim=True)  # (..., 1)
        normal = centered / (variance + self.eps).sqrt()  # (..., D)
        return normal * self.weight + self.bias
        ### END SOLUTION
