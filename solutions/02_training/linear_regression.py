r"""# Linear regression, at one go and step by step

The smallest model that learns: predict $\hat y = x \cdot w + b$ from D features, and choose the weights $w$ and the bias $b$ so
that the mean squared error over N samples

$$L(w, b) = \frac{1}{N} \sum_{i=1}^N (x_i \cdot w + b - y_i)^2$$

is as small as can be. It is also the only model of this course for which the best weights can be written down, so that one can
see where gradient descent is heading. Put a column of ones beside $x$, for the bias: $A = [x, \mathbf 1]$, of shape
(N, D + 1). The minimum is where the gradient is zero, at the solution of the normal equations

$$A^\top A \begin{bmatrix} w \\ b \end{bmatrix} = A^\top y$$

If a column of $A$ is a combination of others, or if there are more columns than samples, $A^\top A$ has no inverse, and many
$(w, b)$ are equally good. Take the smallest: the one with the least $\lVert w \rVert^2 + b^2$. It is $A^+ y$, with the
pseudoinverse $A^+$, which divides by the singular values of $A$ and leaves out those that are zero.

**Write** `fit_closed_form(x, y)` → `(w, b)`, the least-squares solution; where there are many, the one of the least norm in w and
b together.

- Real data have such columns: a feature that is there twice, that is always 0, or always 1 as the bias is. There may be fewer
  samples than features, down to a single sample.
- Computed in float32, singular values that should be zero are about $10^{-7}$ of the largest, and in float64 $10^{-16}$. Count
  as zero what is that small, as `torch.linalg.pinv` and `torch.linalg.matrix_rank` do unless told otherwise. All others are at
  least a hundredth of the largest here.
- The bias has part in the norm. (To take the means off x and y first, as many libraries do, leaves b out of it, and gives another
  solution where there are many.)
- A little added to the diagonal of $A^\top A$ makes it invertible, but is another problem, ridge regression, with another
  solution.
- All of `torch.linalg` may be used. Mind that `lstsq` takes A for a matrix of full rank on CUDA.

**Write** `fit_gradient_descent(x, y, lr, steps)` → `(w, b)`, by gradient descent on L.

- Begin with zeros. In each step the gradient of L over all samples is found, for w and for b, and then both move against it by
  `lr` times the gradient. So many `steps` are taken; none leaves zeros.
- L is a mean of squares: its gradient has the factors 1/N and 2.
- The result remembers no graph: it does not require a gradient.

For both: `x` is (N, D), `y` is (N,), float32 or float64; `w` is (D,) and `b` has no axes, of the same dtype. `x` and `y` are left
as they are.

Example: for x = 0, 1, 2 and y = 1, 3, 5, the best are w = 2 and b = 1, without an error. The first step from zeros: the errors are
−1, −3, −5; the gradients are 2/3 · (0 · (−1) + 1 · (−3) + 2 · (−5)) = −26/3 for w and 2/3 · (−9) = −6 for b; with a learning
rate of 0.3, w becomes 2.6 and b 1.8. Of the single sample x = 1, y = 2, every w + b = 2 is right; the least norm is w = b = 1.
Gradient descent from zeros goes to that one, too: no step ever leads out of what the rows of A span.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016): section 5.1.4 for the normal equations, section 2.9 for the
pseudoinverse, and section 4.3 for gradient descent.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def fit_closed_form(x: Float[Tensor, "N D"], y: Float[Tensor, "N"]) -> tuple[Float[Tensor, "D"], Float[Tensor, ""]]:
    """The weights and the bias of the least mean squared error, and of those the least.

    >>> w, b = fit_closed_form(torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([1.0, 3.0, 5.0]))
    >>> print(f"{w.item():.4f} {b.item():.4f}")
    2.0000 1.0000
    >>> w, b = fit_closed_form(torch.tensor([[1.0]]), torch.tensor([2.0]))
    >>> print(f"{w.item():.4f} {b.item():.4f}")
    1.0000 1.0000
    """
    ### BEGIN SOLUTION
    ones = x.new_ones(len(x), 1)  # (N, 1)
    a = torch.cat([x, ones], dim=1)  # (N, D + 1)
    solution = torch.linalg.pinv(a) @ y  # (D + 1,)
    return solution[:-1], solution[-1]
    ### END SOLUTION


def fit_gradient_descent(
    x: Float[Tensor, "N D"], y: Float[Tensor, "N"], lr: float, steps: int
) -> tuple[Float[Tensor, "D"], Float[Tensor, ""]]:
    """The weights and the bias after some steps of gradient descent from zeros.

    >>> x, y = torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([1.0, 3.0, 5.0])
    >>> fit_gradient_descent(x, y, lr=0.3, steps=1)
    (tensor([2.6000]), tensor(1.8000))
    """
    ### BEGIN SOLUTION
    w = x.new_zeros(x.shape[1])  # (D,)
    b = x.new_zeros(())
    for _ in range(steps):
        errors = x @ w + b - y  # (N,)
        w_gradient = 2 * x.mT @ errors / len(x)  # (D,)
        b_gradient = 2 * errors.mean()  # ()
        w = w - lr * w_gradient
        b = b - lr * b_gradient
    return w, b
    ### END SOLUTION
