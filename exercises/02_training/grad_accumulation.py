r"""# Gradient accumulation

Large models are trained on batches of hundreds of sequences, of which a card may hold four. The way out: cut the batch into
micro-batches, send one after the other through the model, and add up their gradients. The optimizer takes its step only when
all have been through, and nobody can tell from the weights that the batch was cut.

Let the micro-batch $b$ have $n_b$ samples and the mean loss $L_b$, and let there be $N$ samples in all. The loss of the whole batch
is the mean over its samples, and its gradient is likewise a sum over the micro-batches:

$$L = \sum_b \frac{n_b}{N} L_b, \qquad \nabla L = \sum_b \frac{n_b}{N} \nabla L_b, \qquad N = \sum_b n_b$$

That `backward` adds to what is in `.grad`, which is a nuisance elsewhere, is just what is needed here.

**Write** `accumulated_step(model, micro_batches, loss_fn, optimizer)`, which takes one step of the optimizer, and returns $L$
as a Python float.

- `micro_batches` is an iterable of pairs `(x, y)`. It may be a generator, which has no length and can be gone through only
  once. There is at least one micro-batch, and none is empty.
- `loss_fn(model(x), y)` is the **mean** loss over the samples of a micro-batch, a tensor with no axes. Samples are counted along
  the first axis of x, however long each of them is. Beware: to divide by the number of micro-batches is right only if all
  are of one size, and often they are not.
- The step is taken on the gradient of $L$ alone. Gradients from before the call have no influence. What is in `.grad`
  afterwards is left open.
- The returned loss is that on which the step was taken, not the one after it.
- The model is called once for each micro-batch, in their order, and in the mode it comes in: whether it is in training is for
  the caller to say. (Batch norm is what can tell that the batch was cut: in training it sees one micro-batch at a time.)
- Some parameters may be frozen, and so have no gradient.
- Let go of the graph of each micro-batch before the next one: with all of them in memory, nothing would be gained.
- The data are left as they are. They are on the device of the model.

Example: the model $\hat y = w x$ with $w = 0$, the mean squared error, SGD with a learning rate of 1/8, and two micro-batches: two
samples with x = 1, y = 2, and one with x = 1, y = 5. Their losses are 4 and 25, so $L = (2 \cdot 4 + 1 \cdot 25) / 3 = 11$.
Their gradients are -4 and -10, so $\nabla L = (2 \cdot (-4) + 1 \cdot (-10)) / 3 = -6$, and $w$ becomes 3/4.

Source: Huang et al., *GPipe: Efficient Training of Giant Neural Networks using Pipeline Parallelism* (2019), section 2.2, where
the gradients of all micro-batches are accumulated and applied at the end of a mini-batch.
"""

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn


def accumulated_step(
    model: nn.Module,
    micro_batches: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Float[Tensor, ""]],
    optimizer: torch.optim.Optimizer,
) -> float:
    """Take one step on the gradient of all micro-batches together, and return their mean loss a sample.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.zeros_(model.weight)
    >>> micro_batches = [
    ...     (torch.tensor([[1.0], [1.0]]), torch.tensor([[2.0], [2.0]])),
    ...     (torch.tensor([[1.0]]), torch.tensor([[5.0]])),
    ... ]
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.125)
    >>> round(accumulated_step(model, micro_batches, nn.MSELoss(), optimizer), 4)
    11.0
    >>> round(model.weight.item(), 4)
    0.75
    """
    # YOUR CODE HERE
    raise NotImplementedError
