r"""# RMS normalization

Layer normalization subtracts a mean, divides by a standard deviation, multiplies by a weight and adds a bias. Much of its
use lies in the division alone: it brings every vector back to the same size. RMS normalization keeps that and the weight,
and leaves out the rest. It costs less and does as well: Llama, Qwen, Mistral and most open models since are built with it.

The size of a vector is here the root of the mean of its squares, the root mean square. For one vector
$x_1, \dots, x_D$:

$$\operatorname{rms}(x) = \sqrt{\frac{1}{D} \sum_i x_i^2 + \varepsilon}, \qquad
y_i = \frac{x_i}{\operatorname{rms}(x)} \cdot \text{weight}_i$$

These models run in half precision. There a square is soon too large: 300² is 90 000, and the largest number of float16 is
65 504. It becomes infinity, and the whole vector 0. So x is turned into float32 first, and the result back at the end.

**Write** `class RMSNorm(nn.Module)`, with `__init__(d_model, eps=1e-6)` and `forward(x)`.

- x is (..., D), where D is `d_model`: a single vector, (B, T, D), or any other leading axes. Every vector along the last
  axis is normalized by itself. The result has the shape of x.
- The module has one parameter, `weight`, (D,), ones at first, and nothing else in its `state_dict()`. No mean is
  subtracted, and no bias added.
- $\varepsilon$ stands under the root. So a vector of zeros gives zeros, with finite gradients,
  however small $\varepsilon$ is.
- The result has the dtype of x, which is that of the weight, too. For an x in half precision the mean of the squares is
  worked out in float32: float16 numbers of some hundreds or thousands are no problem. Whether the weight is multiplied
  before or after the result is turned back does not matter.
- Beware: models that turn everything into float32 round a float64 x. Here, what comes in as float64 is worked out in
  float64.
- Gradients reach x and `weight`; x also through its size.
- x is left as it is. Do without torch's own normalization layers.

Example: the vector (1, 3, 5, 7), with $\varepsilon = 0$ and weight 1. The mean of the squares is
(1 + 9 + 25 + 49) / 4 = 21, and the result is (1, 3, 5, 7) / √21 = (0.2182, 0.6547, 1.0911, 1.5275).

Source: Zhang and Sennrich, *Root Mean Square Layer Normalization* (2019), section 4, equation 4; $\varepsilon$ and float32
as in Llama's code (Touvron et al., *LLaMA: Open and Efficient Foundation Language Models*, 2023, section 2.2).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class RMSNorm(nn.Module):
    """Divides each vector along the last axis by its root mean square.

    >>> norm = RMSNorm(4, eps=0.0)
    >>> norm(torch.tensor([1.0, 3.0, 5.0, 7.0])).detach()
    tensor([0.2182, 0.6547, 1.0911, 1.5275])
    >>> RMSNorm(2).half()(torch.tensor([3000.0, 4000.0], dtype=torch.float16)).detach()
    tensor([0.8486, 1.1318], dtype=torch.float16)
    >>> RMSNorm(4)(torch.zeros(2, 3, 4)).shape
    torch.Size([2, 3, 4])
    """

    weight: nn.Parameter

    def __init__(self, d_model: int, eps: float = 1e-6):
        """Make the parameter."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """Each vector, divided by its root mean square, times the weight."""
        # YOUR CODE HERE
        raise NotImplementedError
