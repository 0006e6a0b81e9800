r"""# The training loop

Every model of this course is trained by the same few lines. For each batch $(x, y)$ of $n$ samples: let the model
predict, measure the loss, find the gradient of the loss, let the optimizer take a step against it. Going through all the
data once is an epoch, and the loss to report for an epoch is the mean over its $N$ samples,

$$\frac{1}{N} \sum_{\text{batches } b} n_b \, L_b, \qquad N = \sum_b n_b,$$

where $L_b$ is the mean loss of a batch, which is what `loss_fn` gives. The last batch is often smaller than the others:
the mean of the $L_b$ alone would give its samples too much weight.

A single odd batch may have a gradient so large that its step undoes much of what was learned. So the gradient is often
clipped: let $g$ be the gradients of all parameters of the model, written one after the other as one long vector. If its
norm $\lVert g \rVert$ is above `max_norm`, every gradient is multiplied by $\texttt{max\_norm} / \lVert g \rVert$.
The direction stays as it is, only the length changes.

**Write** `fit(model, loader, loss_fn, optimizer, epochs, device="cpu", max_norm=None)`, which trains the model and
returns a list with the mean loss of each epoch, as Python floats.

- `loader` gives batches `(x, y)` each time it is iterated over. Iterate over it anew in every epoch, since it may shuffle.
  It need not have a length, and it need not be indexed: a list of batches will do, and so will a `DataLoader`.
- `loss_fn(model(x), y)` is the mean loss of a batch, a tensor with no axes. Samples are counted along the first axis of x.
- The reported losses are those that the steps were taken on, each measured before its step.
- The optimizer holds the parameters that are trained. It takes one step a batch, on the gradient of that batch alone. A gradient left over from an earlier batch,
  or from before the call, has no influence.
- The model is trained in training mode, whichever mode it comes in.
- The parameters are on `device` already. The batches may be elsewhere: move x and y to `device`.
- `max_norm=None` means no clipping; 0 is a limit like any other. Parameters without a gradient, as in a frozen layer,
  are left out of the norm. `nn.utils.clip_grad_norm_` may be used.
- The data are left as they are.
- Let go of each batch's graph: total up numbers, not tensors that remember how they came about. Otherwise memory grows
  with every batch.

Example: the model $\hat y = w x$ with $w = 0$, the mean squared error, SGD with a learning rate of 1/4, and two batches:
two samples with x = 1, y = 2, and one with x = 1, y = 5. The first loss is 4, its gradient -4, and w becomes 1. The
second loss is 16, its gradient -8, and w becomes 3. The epoch's loss is (2 · 4 + 1 · 16) / 3 = 8.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 8.3.1, algorithm 8.1. Clipping: Pascanu, Mikolov
and Bengio, *On the difficulty of training recurrent neural networks* (2013), section 3.2, algorithm 1.
"""

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn


def fit(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Float[Tensor, ""]],
    optimizer: torch.optim.Optimizer,
    epochs: int,
    device: str | torch.device = "cpu",
    max_norm: float | None = None,
) -> list[float]:
    """Train the model, and return the mean training loss of each epoch.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.zeros_(model.weight)
    >>> batches = [
    ...     (torch.tensor([[1.0], [1.0]]), torch.tensor([[2.0], [2.0]])),
    ...     (torch.tensor([[1.0]]), torch.tensor([[5.0]])),
    ... ]
    >>> fit(model, batches, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.25), epochs=1)
    [8.0]
    >>> model.weight.item()
    3.0
    """
    ### BEGIN SOLUTION
    model.train()
    losses = []
    for _ in range(epochs):
        total, samples = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            loss = loss_fn(model(x), y)  # ()
            optimizer.zero_grad()
            loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            total += loss.item() * len(x)
            samples += len(x)
        losses.append(total / samples)
    return losses
    ### END SOLUTION
