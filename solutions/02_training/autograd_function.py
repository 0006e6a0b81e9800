r"""# Operations of your own in autograd

Autograd knows the derivative of every operation of torch's. Whoever brings one of their own, such as a fused kernel, an
operation that saves memory, or one whose derivative is to be another, writes a `torch.autograd.Function`: a `forward`,
and the `backward` that belongs to it. Autograd calls the first when the operation is used, and the second when a
gradient comes back.

A `backward` gets $\mathrm{d}Y$, the gradient of a loss by the result, in its shape, and gives one gradient for each
argument of `forward`: in the argument's shape, or `None` for what is no tensor or needs none. Which gradient, the chain
rule says. For the softmax along one axis, with the result $y$:

$$\mathrm{d}x_i = y_i \Big( \mathrm{d}y_i - \sum_k y_k\, \mathrm{d}y_k \Big)$$

A linear layer $y = x W^\top + b$, where $n$ goes over all rows of x, however many axes they are spread over:

$$\mathrm{d}x = \mathrm{d}y \, W, \qquad \mathrm{d}W = \sum_n \mathrm{d}y_n\, x_n^\top, \qquad
\mathrm{d}b = \sum_n \mathrm{d}y_n$$

**Write** `class SoftmaxFunction(torch.autograd.Function)`, used as `SoftmaxFunction.apply(x, dim)`.

- x has any shape, and dim is any of its axes, counted from the front or, negative, from the back.
- Numbers of some thousands are fine, in the result and in the gradient. Do without torch's own softmax and what is made of
  it, forward and backward.

**Write** `class LinearFunction(torch.autograd.Function)`, used as `LinearFunction.apply(x, weight, bias)`.

- x is (..., I), with any number of axes before the last, also none, and also of length 0. `weight` is (O, I), as in
  `nn.Linear`; `bias` is (O,) or `None`. The result is (..., O).
- `backward` gives `None` in place of the gradient of an argument that needs none, as is the case for a frozen layer:
  `ctx.needs_input_grad` says which do.
- Between `forward` and `backward` somebody may change the weight or x in place. Keep tensors by `ctx.save_for_backward`: then
  torch notices, and raises `RuntimeError`. From an attribute of `ctx` a wrong gradient would come, and no word.

For both:

- x and dY need not be contiguous. dY comes from autograd and may belong to others: leave it as it is, and the arguments too.
- Inputs are all float32 or all float64; results and gradients have their dtype. In float64, both pass
  `torch.autograd.gradcheck`, which holds a `backward` against small differences.
- Derivatives of the derivatives are not asked for.

Example: for x = (0, 0) the softmax is (1/2, 1/2). With dY = (0, 4) the weighted sum is 2, and dx = (−1, 1). A layer with the
weight (3, 4), given x = (1, 2) and dY = 1, has dx = (3, 4), dW = (1, 2) and db = 1.

Source: PyTorch documentation, *Extending PyTorch*, section "Extending torch.autograd".
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import FunctionCtx


class SoftmaxFunction(torch.autograd.Function):
    """Softmax along one axis.

    >>> x = torch.zeros(2, requires_grad=True)
    >>> y = SoftmaxFunction.apply(x, 0)
    >>> y.tolist()
    [0.5, 0.5]
    >>> y.backward(torch.tensor([0.0, 4.0]))
    >>> x.grad.tolist()
    [-1.0, 1.0]
    """

    @staticmethod
    def forward(ctx: FunctionCtx, x: Float[Tensor, "*shape"], dim: int) -> Float[Tensor, "*shape"]:
        """The softmax, and in `ctx` what `backward` will need."""
        ### BEGIN SOLUTION
        exps = (x - x.amax(dim, keepdim=True)).exp()  # (*shape)
        y = exps / exps.sum(dim, keepdim=True)  # (*shape)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y
        ### END SOLUTION

    @staticmethod
    def backward(ctx: FunctionCtx, grad_out: Float[Tensor, "*shape"]) -> tuple[Float[Tensor, "*shape"], None]:
        """The gradients of x and, since it is no tensor, not of dim."""
        ### BEGIN SOLUTION
        (y,) = ctx.saved_tensors
        mean = (y * grad_out).sum(ctx.dim, keepdim=True)  # (*shape), with 1 for dim
        return y * (grad_out - mean), None
        ### END SOLUTION


class LinearFunction(torch.autograd.Function):
    """A linear layer.

    >>> x, weight = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([[3.0, 4.0]], requires_grad=True)
    >>> y = LinearFunction.apply(x, weight, None)
    >>> y.tolist()
    [11.0]
    >>> y.backward(torch.tensor([1.0]))
    >>> x.grad.tolist(), weight.grad.tolist()
    ([3.0, 4.0], [[1.0, 2.0]])
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx, x: Float[Tensor, "*batch I"], weight: Float[Tensor, "O I"], bias: Float[Tensor, "O"] | None
    ) -> Float[Tensor, "*batch O"]:
        """The layer's output, and in `ctx` what `backward` will need."""
        ### BEGIN SOLUTION
        ctx.save_for_backward(x, weight)
        y = x @ weight.T  # (*batch, O)
        return y if bias is None else y + bias
        ### END SOLUTION

    @staticmethod
    def backward(
        ctx: FunctionCtx, grad_out: Float[Tensor, "*batch O"]
    ) -> tuple[Float[Tensor, "*batch I"] | None, Float[Tensor, "O I"] | None, Float[Tensor, "O"] | None]:
        """The gradients of x, weight and bias, each only if it is needed."""
        ### BEGIN SOLUTION
        x, weight = ctx.saved_tensors
        rows = grad_out.reshape(-1, weight.shape[0])  # (N, O)
        dx = dw = db = None
        if ctx.needs_input_grad[0]:
            dx = grad_out @ weight  # (*batch, I)
        if ctx.needs_input_grad[1]:
            dw = rows.T @ x.reshape(-1, weight.shape[1])  # (O, I)
        if ctx.needs_input_grad[2]:
            db = rows.sum(dim=0)  # (O)
        return dx, dw, db
        ### END SOLUTION
