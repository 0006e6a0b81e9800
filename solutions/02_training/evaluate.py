r"""# Evaluation

How good is a classifier on data that it was not trained on? For each sample x, the model gives C logits; the largest is its
answer, and y is the right class. Two numbers are asked for, over all $N$ samples:

$$\text{loss} = \frac{1}{N} \sum_{\text{batches } b} n_b \, L_b, \qquad
\text{accuracy} = \frac{1}{N} \sum_i \bigl[ \arg\max_c \, \text{logits}_{i, c} = y_i \bigr]$$

where $L_b$ is the mean loss of a batch of $n_b$ samples, which is what `loss_fn` gives. To measure must not change what is
measured: no gradient is worked out, nothing is learned, and afterwards the model is in the state it was in before.

**Write** `evaluate(model, loader, loss_fn, device="cpu")`, which returns a dict with the keys `loss` and `accuracy`, two Python
floats.

- `loader` gives batches `(x, y)`, with y (n,) of class numbers, and `model(x)` gives (n, C). It may be a `DataLoader`, a list or
  a generator. So iterate over it once, and do not ask for its length. There is at least one sample.
- `loss_fn(model(x), y)` is the mean loss of a batch, a tensor with no axes. The last batch may be smaller than the others, and
  its samples count no more than theirs.
- The model predicts in evaluation mode, the whole of it, whichever mode it comes in: dropout drops nothing, and batch norm uses
  its running statistics and leaves them as they are.
- Afterwards every submodule is in the mode it came in. They may differ: in fine-tuning, batch norm is often kept in evaluation
  mode while all around it trains. `model.train()` would wake it, and so would `model.train(was_training)`.
- No graph is recorded, in the model or in the loss. Afterwards torch records gradients, or does not, as before the call.
- Parameters and their gradients are left as they are, and so are the data.
- The parameters are on `device` already. The batches may be elsewhere: move x and y to `device`.

Example: of 3 samples, a batch of two has a mean loss of 1 and both answers right; the last one alone has a loss of 4 and a wrong
answer. The loss is (2 · 1 + 1 · 4) / 3 = 2, and the accuracy 2/3. The mean of the batches' means would be 2.5 and 1/2.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 5.1.2, for the accuracy on data not seen before; for what
evaluation mode changes, Srivastava et al., *Dropout* (2014), section 4, and Ioffe and Szegedy, *Batch Normalization* (2015),
section 3.1.
"""

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor, nn


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Shaped[Tensor, "n ..."], Int64[Tensor, "n"]]],
    loss_fn: Callable[[Tensor, Tensor], Float[Tensor, ""]],
    device: str | torch.device = "cpu",
) -> dict[str, float]:
    """The mean loss of a classifier, and the share of its answers that are right.

    >>> model = nn.Identity()
    >>> batches = [
    ...     (torch.tensor([[0.0, 9.0], [9.0, 0.0]]), torch.tensor([1, 0])),
    ...     (torch.tensor([[0.0, 4.0]]), torch.tensor([0])),
    ... ]
    >>> evaluate(model, batches, lambda logits, y: (logits.amax(1) - logits[range(len(y)), y]).mean())
    {'loss': 1.3333333333333333, 'accuracy': 0.6666666666666666}
    """
    ### BEGIN SOLUTION
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    loss, right, samples = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)  # (n, C)
            loss += loss_fn(logits, y).item() * len(y)
            right += (logits.argmax(dim=1) == y).sum().item()
            samples += len(y)
    for module, training in modes:
        module.training = training
    return {"loss": loss / samples, "accuracy": right / samples}
    ### END SOLUTION
