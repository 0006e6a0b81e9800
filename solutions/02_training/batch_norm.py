r"""# Batch normalization

While a layer learns, the numbers that it gives grow, shrink and move, and the layers behind it have to follow. Batch
normalization keeps them in place: in each channel it subtracts the mean and divides by the standard deviation. Then a
weight and a bias of each channel, which are learned, say what spread and what middle the next layer is to get.

In training, mean and variance are those of the batch at hand. To predict, there may be no batch, only a single
sample, and what comes out for it must not depend on others. So the module keeps running estimates of both in
training, and uses them in evaluation mode.

For one channel, let $x_1, \dots, x_n$ be all its numbers in the batch: $n = N$ for an input (N, C), and $n = N L$ for
one of sequences, (N, C, L). With

$$\mu = \frac{1}{n} \sum_i x_i, \qquad \sigma^2 = \frac{1}{n} \sum_i (x_i - \mu)^2, \qquad
y_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}} \cdot \text{weight} + \text{bias}$$

**Write** `class BatchNorm1d(nn.Module)`, with `__init__(num_features, eps=1e-5, momentum=0.1)` and `forward(x)`.

- x is (N, C) or (N, C, L), where C is `num_features`. So is the result. Its dtype is that of x, half precision included,
  which is that of the parameters and buffers, too.
- The module's `state_dict()` has four entries, each (C,): the parameters `weight` and `bias`, ones and zeros at
  first, and the buffers `running_mean` and `running_var`, zeros and ones. (`nn.BatchNorm1d` has a count of batches as
  well.)
- In training mode mean and variance are those of the batch, as in the formula. Each call then moves the running
  estimates: `running = (1 - momentum) * running + momentum * new`. Beware: in an optimizer, momentum is the share of
  the old.
- The new variance for `running_var` is the unbiased one, $\frac{n}{n - 1} \sigma^2$, an estimate for all data. The
  output is divided by the biased one.
- In evaluation mode the running estimates stand for $\mu$ and $\sigma^2$, and stay as they are.
- In training, $n$ must be 2 or more, since one number has no spread: else raise `ValueError`. A batch of one sequence
  is fine if it has two positions, and so is any batch in evaluation mode.
- The numbers may lie far from 0, far beyond their spread: subtract the mean first, then square, and then divide. The
  difference of the mean square and the squared mean is mostly rounding there. A channel of equal numbers gives its
  bias.
- Nor do many numbers overflow. Beware: in float16 a sum beyond 65504 is infinite, so what is summed up first and divided by $n$
  afterwards is lost; `mean` and `var` sum up in float32.
- Gradients reach x, `weight` and `bias`; in training also through mean and variance. The running estimates record
  none.
- x is left as it is. Do without torch's own normalization layers.

Example: a channel of 1, 3, 5, 7, with $\varepsilon = 0$, weight 1 and bias 0. The mean is 4, the variance 5, the
outputs are $\mp 3 / \sqrt 5$ and $\mp 1 / \sqrt 5$. The unbiased variance is 20/3. With momentum 0.1 the running mean
goes from 0 to 0.4, and the running variance from 1 to 0.9 + 2/3.

Source: Ioffe and Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
Shift* (2015), section 3, algorithms 1 and 2.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class BatchNorm1d(nn.Module):
    """Normalizes each channel, in training by the batch, else by what training has seen.

    >>> norm = BatchNorm1d(1, eps=0.0)
    >>> norm(torch.tensor([[0.0], [2.0]])).tolist()
    [[-1.0], [1.0]]
    >>> norm.running_mean, norm.running_var
    (tensor([0.1000]), tensor([1.1000]))
    >>> BatchNorm1d(1).eval()(torch.zeros(1, 1)).tolist()
    [[0.0]]
    """

    weight: nn.Parameter
    bias: nn.Parameter
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1):
        """Make the two parameters and the two buffers."""
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "N C *L"]) -> Float[Tensor, "N C *L"]:
        """The input with each of its channels normalized.

        Raises:
            ValueError: in training, a channel has a single number.
        """
        ### BEGIN SOLUTION
        if self.training:
            n = x.numel() // x.shape[1]
            if n < 2:
                raise ValueError("one number for each channel has no spread: training takes two or more")
            axes = [0, *range(2, x.dim())]  # all but the channels
            mean, var = x.mean(axes), x.var(axes, unbiased=False)  # (C,)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * n / (n - 1), self.momentum)
        else:
            mean, var = self.running_mean, self.running_var
        rows = (-1, *[1] * (x.dim() - 2))  # (C,) or (C, 1)
        centered = x - mean.view(rows)
        normal = centered / (var.view(rows) + self.eps).sqrt()
        return normal * self.weight.view(rows) + self.bias.view(rows)
        ### END SOLUTION
