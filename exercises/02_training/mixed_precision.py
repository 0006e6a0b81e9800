r"""# Mixed precision

In 16 bits a product of matrices takes a fraction of the time and half of the memory. But 16 bits are not enough for everything:
sums, losses and the weights themselves are kept in float32. `torch.autocast` decides operator by operator, while the forward
pass runs. float16 has a second trouble: a gradient below $6 \cdot 10^{-8}$ becomes 0. So the loss is multiplied by a large factor,
the scale $s$, before the gradient is taken, and every gradient is $s$ times too large until it is divided by $s$ again:

$$g = \frac{1}{s} \, \nabla_w \bigl( s \cdot L(w) \bigr).$$

If $s$ was too large, a gradient overflows to inf or NaN. Such a step has to be skipped, and the next one taken with a smaller
$s$. `torch.amp.GradScaler` does all of this, if its methods are called in the right order.

**Write** `amp_step(model, x, y, loss_fn, optimizer, scaler, device_type, dtype)`, which takes one step of training, and returns
the loss as a Python float.

- The model predicts and the loss is measured, `loss_fn(model(x), y)`, once, under `torch.autocast` for `device_type` and `dtype`.
  The backward pass and the step run outside of it.
- x, y and the model go in as they are: autocast does the casting. The parameters and their gradients stay in float32.
- The step is taken on the gradient of this batch alone. A gradient from before the call has no influence.
- The gradients of all parameters together are clipped at norm 1, as true gradients: after they were divided by the scale. A
  gradient with a norm $n > 1$ is multiplied by $1 / n$; one within the limit stays as it is. Parameters without a gradient, as in a
  frozen layer, are left out. `nn.utils.clip_grad_norm_` may be used.
- The scaler decides whether the optimizer takes its step, and is brought up to date once a call. When a gradient is inf or NaN,
  parameters and the optimizer's state stay as they are, and the scale falls; after some good steps it grows.
- The returned loss is $L$ itself, without the scale, as it was before the step. It may be inf or NaN, or finite where a
  gradient is not. The loss may be a mean over the samples or a sum; it is taken as it is. Batches may differ in size.
- The model is in the mode it comes in: whether it is in training is for the caller to say.
- The optimizer holds all parameters that require a gradient, in one group or in several, as for different learning rates. They
  are on the device of x and y.

The tests use what runs everywhere: on the CPU, autocast in bfloat16 and in float16, with a true `torch.amp.GradScaler("cpu")`,
and with `enabled=False`, as is usual for bfloat16: then each of its methods does nothing more than what it has to, the
scale is 1, and no step is skipped. On a card they use the card.

Example: $\hat y = w x$ with $w = 0$, the mean squared error, x = 1, y = 2, SGD with a learning rate of 1/4 and a scale of 1024.
The loss is 4. The scaled gradient is -4096, the true one -4, clipped -1, and w becomes 1/4.

Source: Micikevicius et al., *Mixed Precision Training* (2018), sections 3.1 to 3.2; PyTorch's *Automatic Mixed Precision examples*,
section "Gradient clipping".
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn


def amp_step(
    model: nn.Module,
    x: Shaped[Tensor, "n ..."],
    y: Shaped[Tensor, "n ..."],
    loss_fn: Callable[[Tensor, Tensor], Float[Tensor, ""]],
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    device_type: str,
    dtype: torch.dtype,
) -> float:
    """Take a step in mixed precision, and return the loss that it was taken on.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.zeros_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    >>> x, y = torch.tensor([[1.0]]), torch.tensor([[2.0]])
    >>> amp_step(model, x, y, nn.MSELoss(), optimizer, scaler, "cpu", torch.bfloat16)
    4.0
    >>> round(model.weight.item(), 4)
    0.25
    """
    # YOUR CODE HERE
    raise NotImplementedError
