r"""# Backpropagation by hand

A network of two layers, with a ReLU between them and a cross-entropy at the end, has all that the backward pass of a
large model is made of. Written out once by hand, it is ten lines, and each of them goes back over one of the forward pass.

Forward, for N samples with D features, H hidden numbers and C classes:

$$A = X W_1^\top + b_1, \qquad Z = \operatorname{relu}(A), \qquad S = Z W_2^\top + b_2, \qquad
P = \operatorname{softmax}(S)$$

$$L = -\frac{1}{N} \sum_n \log P_{n, y_n}$$

Backward, where $\mathrm{d}S$ stands for the gradient of L by S, and so on. Softmax and cross-entropy together have a
simple one. With $Y$, which has a 1 for the class of each sample and else zeros,

$$\mathrm{d}S = \frac{P - Y}{N}$$

A layer $S = Z W_2^\top + b_2$ passes it on to its weight, its bias, and what came in:

$$\mathrm{d}W_2 = \mathrm{d}S^\top Z, \qquad \mathrm{d}b_2 = \sum_n \mathrm{d}S_n, \qquad \mathrm{d}Z = \mathrm{d}S \, W_2$$

The ReLU lets through what belongs to positive numbers, and the first layer is like the second:

$$\mathrm{d}A = \mathrm{d}Z \odot [A > 0], \qquad \mathrm{d}W_1 = \mathrm{d}A^\top X, \qquad
\mathrm{d}b_1 = \sum_n \mathrm{d}A_n$$

**Write** `mlp_gradients(x, y, w1, b1, w2, b2)`, which returns the five tensors `(loss, dw1, db1, dw2, db2)`, in this order.

- `x` is (N, D), `w1` (H, D), `b1` (H,), `w2` (C, H), `b2` (C,): weights are (out, in), as in `nn.Linear`. `y` is (N,) and
  has the class of each sample, a whole number from 0 to C − 1. N is at least 1.
- The loss is the mean over the samples, a tensor with no axes. Each gradient has the shape of what it belongs to.
- Where a hidden number is exactly 0 before the ReLU, its slope is 0.
- Logits of some thousands are fine: then, too, loss and gradients are finite and right. What is $\log P$ without a
  logarithm of a 0?
- The results have the dtype of x and the weights, and the arguments are left as they are.
- By hand: do without autograd in any form. `softmax`, `log_softmax` and torch's own cross-entropy may be used.

Example: one sample x = 1 of class 0, one hidden number, w1 = 2, b1 = 0; two classes, w2 = (1, 0), b2 = (0, 2). Then
A = Z = 2, S = (2, 2), P = (1/2, 1/2), and the loss is log 2. dS is (−1/2, 1/2), so dw2 = (−1, 1), db2 = (−1/2, 1/2). dZ is
−1/2 · 1 + 1/2 · 0 = −1/2, and dw1 = db1 = −1/2.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.5.4, algorithm 6.4.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def mlp_gradients(
    x: Float[Tensor, "N D"],
    y: Int[Tensor, "N"],
    w1: Float[Tensor, "H D"],
    b1: Float[Tensor, "H"],
    w2: Float[Tensor, "C H"],
    b2: Float[Tensor, "C"],
) -> tuple[Float[Tensor, ""], Float[Tensor, "H D"], Float[Tensor, "H"], Float[Tensor, "C H"], Float[Tensor, "C"]]:
    """The loss, and its gradients by `w1`, `b1`, `w2` and `b2`.

    >>> x, y = torch.tensor([[1.0]]), torch.tensor([0])
    >>> w1, b1 = torch.tensor([[2.0]]), torch.tensor([0.0])
    >>> w2, b2 = torch.tensor([[1.0], [0.0]]), torch.tensor([0.0, 2.0])
    >>> loss, dw1, db1, dw2, db2 = mlp_gradients(x, y, w1, b1, w2, b2)
    >>> loss
    tensor(0.6931)
    >>> dw1.tolist(), db1.tolist(), dw2.tolist(), db2.tolist()
    ([[-0.5]], [-0.5], [[-1.0], [1.0]], [-0.5, 0.5])
    """
    ### BEGIN SOLUTION
    a = x @ w1.T + b1  # (N, H)
    z = a.clamp(min=0)  # (N, H)
    log_p = (z @ w2.T + b2).log_softmax(dim=1)  # (N, C)
    samples = torch.arange(len(y), device=y.device)
    loss = -log_p[samples, y].mean()  # ()

    ds = log_p.exp()  # (N, C)
    ds[samples, y] -= 1
    ds = ds / len(y)
    dw2 = ds.T @ z  # (C, H)
    db2 = ds.sum(dim=0)  # (C)
    dz = ds @ w2  # (N, H)
    da = dz * (a > 0)  # (N, H)
    dw1 = da.T @ x  # (H, D)
    db1 = da.sum(dim=0)  # (H)
    return loss, dw1, db1, dw2, db2
    ### END SOLUTION
