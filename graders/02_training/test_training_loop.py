"""The training loop: where it leads the model, and which losses it reports on the way."""

import weakref

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map_only
from torch.utils.data import DataLoader, TensorDataset

from kata.grading import Case, Equivalent, Variant, integers, load, normal, weights

# In bfloat16 a step is often smaller than the last bit of the weight it changes: there the order of a sum decides whether
# a step is taken at all, and right answers part ways.
pytestmark = pytest.mark.exercise(points=10, seconds=5, dtypes=["float32", "float64"], optimizers=True)


def layers():
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def layers_with_batch_norm():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def next_token_model():
    return nn.Sequential(nn.Embedding(7, 4), nn.Linear(4, 7))


def next_token_loss(logits, target):
    return F.cross_entropy(logits.flatten(0, 1), target.flatten())


def end_with_0(ids):
    ids[:, -1] = 0
    return ids


def train(impl, model, loader, loss_fn=F.mse_loss, epochs=2, **options):
    """What `fit` returns, and the weights it leaves."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    device = str(next(model.parameters()).device)
    losses = impl.fit(model, loader, loss_fn, optimizer, epochs, device=device, **options)
    return {"losses": losses, "weights": dict(model.state_dict())}


def in_twos(x, y):
    return DataLoader(TensorDataset(x.cpu(), y.cpu()), batch_size=2)


def on_samples(impl, state, x, y, **options):
    return train(impl, load(layers(), state), in_twos(x, y), **options)


def on_sequences(impl, state, batches):
    return train(impl, load(next_token_model(), state), [(x.cpu(), y.cpu()) for x, y in batches], next_token_loss)


def from_eval_mode(impl, state, x, y):
    return train(impl, load(layers_with_batch_norm(), state).eval(), in_twos(x, y))


def after_another_backward(impl, state, x, y):
    model = load(layers(), state)
    F.mse_loss(model(x), y).backward()
    return train(impl, model, in_twos(x, y))


def with_a_frozen_layer(impl, state, x, y, max_norm):
    model = load(layers(), state)
    model[0].requires_grad_(False)
    return train(impl, model, in_twos(x, y), max_norm=max_norm)


class Elsewhere(Tensor):
    """A tensor on a device where no model is: torch refuses to use it together with others until it is moved."""

    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, tensor, name):
        self = Tensor._make_wrapper_subclass(cls, tensor.shape, dtype=tensor.dtype, device="meta")
        self.tensor, self.label = tensor, name
        return self

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        label = next(tensor.label for tensor in tensors if isinstance(tensor, cls))
        if not all(isinstance(tensor, cls) for tensor in tensors):
            raise RuntimeError(f"Expected all tensors to be on the same device, but the batch's {label} is elsewhere")
        args, kwargs = tree_map_only(cls, lambda tensor: tensor.tensor, (args, kwargs or {}))
        result = func(*args, **kwargs)
        return result if "device" in kwargs else cls(result, label)


def from_elsewhere(impl, state, x, y):
    return train(impl, load(layers(), state), [(Elsewhere(x, "x"), Elsewhere(y, "y"))])


class Stream:
    """Batches that can be iterated over, and nothing else; it keeps count of how often that was done."""

    def __init__(self, batches):
        self.batches, self.passes = batches, 0

    def __iter__(self):
        self.passes += 1
        return iter(self.batches)


def count_passes(impl, state, x, y, epochs):
    loader = Stream([(x.cpu(), y.cpu())])
    train(impl, load(layers(), state), loader, epochs=epochs)
    return loader.passes


class Token:
    """Something that lives as long as the graph it is put into."""


def count_graphs(impl, state, x, y):
    """How many graphs of earlier batches there still are, at most, when the loss of a batch is measured."""
    tokens, alive = [], []

    def loss_fn(prediction, target):
        loss, token = F.mse_loss(prediction, target), Token()
        alive.append(sum(earlier() is not None for earlier in tokens))
        if loss.grad_fn is not None:
            tokens.append(weakref.ref(token))
            loss.grad_fn.metadata["token"] = token
        return loss

    train(impl, load(layers(), state), in_twos(x, y), loss_fn, epochs=1)
    return max(alive, default=0)


LAYERS = weights(lambda impl: layers())
SEQUENCES = weights(lambda impl: next_token_model())
BATCH_NORM = weights(lambda impl: layers_with_batch_norm()).map(
    lambda state: {name: tensor.abs() if name.endswith("running_var") else tensor for name, tensor in state.items()}
)

TRAININGS = [
    (on_samples, Case("batches of 2, 2 and 1 samples", state=LAYERS, x=normal(5, 3), y=normal(5, 2, std=3.0))),
    (
        on_sequences,
        Case(
            "longer and shorter sequences",
            state=SEQUENCES,
            batches=[
                (integers(2, 6, high=7), integers(2, 6, high=7).map(end_with_0)),
                (integers(3, 2, high=7), integers(3, 2, high=7).map(end_with_0)),
            ],
        ),
    ),
    (from_eval_mode, Case("a model that comes in eval mode", state=BATCH_NORM, x=normal(6, 3), y=normal(6, 2))),
    (after_another_backward, Case("gradients from before the call", state=LAYERS, x=normal(5, 3), y=normal(5, 2))),
    (
        on_samples,
        Case(
            "batches of 2, 2, 2 and 1 samples, three epochs",
            state=LAYERS,
            x=normal(7, 3),
            y=normal(7, 2),
            epochs=3,
            recall=True,
        ),
    ),
    (
        on_sequences,
        Case(
            "three batches of other lengths",
            state=SEQUENCES,
            batches=[(integers(n, t, high=7), integers(n, t, high=7)) for n, t in [(1, 4), (4, 1), (2, 5)]],
            recall=True,
        ),
    ),
]

# The targets are so far off that each gradient is clipped, whatever is drawn. In float64 the 1e-6 would show that many
# add to the norm before they divide by it, as torch does.
FAR = normal(5, 2, mean=20.0)
CLIPPINGS = [
    (
        on_samples,
        Case("above the limit", state=LAYERS, x=normal(5, 3), y=FAR, max_norm=0.5, dtypes=["float32"]),
    ),
    (on_samples, Case("within the limit", state=LAYERS, x=normal(5, 3), y=normal(5, 2), max_norm=1000.0)),
    (on_samples, Case("a limit of 0", state=LAYERS, x=normal(5, 3), y=FAR, max_norm=0.0)),
    (
        with_a_frozen_layer,
        Case("a frozen layer", state=LAYERS, x=normal(5, 3), y=FAR, max_norm=0.5, dtypes=["float32"]),
    ),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("scenario, case", TRAININGS, ids=[str(case) for _, case in TRAININGS])
def test_training(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("scenario, case", CLIPPINGS, ids=[str(case) for _, case in CLIPPINGS])
def test_clipping(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(1)
def test_batches_are_moved_to_the_device(check):
    check.values(from_elsewhere, Case("batches on another device", state=LAYERS, x=normal(4, 3), y=normal(4, 2)))


@pytest.mark.points(1)
def test_each_epoch_iterates_over_the_loader_anew(run):
    passes = run(count_passes, state=LAYERS, x=normal(4, 3), y=normal(4, 2), epochs=3)
    assert passes >= 3, f"in 3 epochs the loader is iterated over {passes} time(s); it cannot shuffle in between"


@pytest.mark.points(1)
def test_graphs_are_let_go(run):
    # One may be held while the next batch is under way: the variable `loss` keeps it until it is assigned anew.
    alive = run(count_graphs, state=LAYERS, x=normal(12, 3), y=normal(12, 2))
    assert alive <= 2, f"at the last of 6 batches, the graphs of {alive} earlier ones are still in memory"


HINTS = [
    "What must be done with a gradient before the next one is found, and what with a loss before it is added up?",
    "A batch of n samples with the mean loss L contributes n · L to the sum over the samples. By what is that sum divided at the end of an epoch?",
    "Two loops, one in the other. In the inner one, in this order: move, predict, measure, forget, differentiate, perhaps clip, step, add up.",
]

ALSO_RIGHT = [
    Variant(
        "zeroes after the step, and clips by hand",
        body="""
        parameters = [p for p in model.parameters() if p.requires_grad]
        model.zero_grad()
        history = []
        for epoch in range(1, epochs + 1):
            model.train()
            sums, counts = [], []
            for batch in loader:
                inputs, targets = (part.to(device, non_blocking=True) for part in batch)
                loss = loss_fn(model(inputs), targets)
                loss.backward()
                if max_norm is not None:
                    norm = torch.cat([p.grad.flatten() for p in parameters]).norm()
                    if norm > max_norm:
                        for p in parameters:
                            p.grad.mul_(max_norm / norm)
                optimizer.step()
                optimizer.zero_grad(set_to_none=False)
                sums.append(loss.detach() * targets.shape[0])
                counts.append(targets.shape[0])
            history.append((torch.stack(sums).sum() / sum(counts)).item())
        return history
        """,
    ),
    Variant(
        "the step is given a closure",
        body="""
        was_training = model.training
        model.to(device).train(True)
        means = []
        while len(means) < epochs:
            seen = []
            for x, y in iter(loader):
                x = torch.as_tensor(x, device=device)
                y = torch.as_tensor(y, device=device)

                def closure():
                    model.zero_grad(set_to_none=True)
                    loss = loss_fn(model(x), y)
                    loss.backward()
                    if max_norm is not None:
                        norm = sum(p.grad.square().sum() for p in model.parameters() if p.grad is not None) ** 0.5
                        scale = (max_norm / (norm + 1e-6)).clamp(max=1.0)
                        for p in model.parameters():
                            if p.grad is not None:
                                p.grad = p.grad * scale
                    return loss

                seen.append((float(optimizer.step(closure)), x.size(0)))
            means.append(sum(loss * n for loss, n in seen) / sum(n for _, n in seen))
        model.train(was_training)
        return means
        """,
    ),
    Variant(
        "gradients through torch.autograd.grad, a running mean",
        body="""
        device = torch.device(device)
        model.train()

        def epoch():
            mean, seen = 0.0, 0
            for x, y in loader:
                if x.device != device:
                    x = x.to(device)
                if y.device != device:
                    y = y.to(device)
                trained = [p for p in model.parameters() if p.requires_grad]
                loss = loss_fn(model(x), y)
                for p, gradient in zip(trained, torch.autograd.grad(loss, trained)):
                    p.grad = gradient
                if max_norm is not None:
                    torch.nn.utils.clip_grad_norm_(trained, max_norm, norm_type=2.0)
                optimizer.step()
                seen += len(x)
                mean += (loss.item() - mean) * len(x) / seen
            return mean

        return [epoch() for _ in range(epochs)]
        """,
    ),
]

ZERO_AND_BACKWARD = """optimizer.zero_grad()
            loss.backward()"""

TOTAL = """total += loss.item() * len(x)
            samples += len(x)
        losses.append(total / samples)"""

LOOPS = """for _ in range(epochs):
        total, samples = 0.0, 0
        for x, y in loader:"""

MISTAKES = [
    # The step.
    Variant(
        "gradients are never set to zero",
        was="optimizer.zero_grad()",
        becomes="pass",
        hint="`backward` adds to what is in `.grad`. What is in it when the second batch comes?",
    ),
    Variant(
        "the weights stay as they are",
        was=ZERO_AND_BACKWARD,
        becomes="""loss.backward()
            optimizer.zero_grad()""",
        hint="Is `step` called in every batch? Which gradient is in `.grad` then? Are the parameters those of the model?",
    ),
    Variant(
        "gradients are set to zero once an epoch",
        body="""
        model.train()
        losses = []
        for _ in range(epochs):
            total, samples = 0.0, 0
            optimizer.zero_grad()
            for x, y in loader:
                x, y = x.to(device), y.to(device)
                loss = loss_fn(model(x), y)
                loss.backward()
                if max_norm is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                optimizer.step()
                total += loss.item() * len(x)
                samples += len(x)
            losses.append(total / samples)
        return losses
        """,
        hint="`backward` adds to what is in `.grad`. What is in it when the second batch of an epoch comes?",
    ),
    Variant(
        "a gradient from before the call counts",
        body="""
        model.train()
        losses = []
        for _ in range(epochs):
            total, samples = 0.0, 0
            for x, y in loader:
                x, y = x.to(device), y.to(device)
                loss = loss_fn(model(x), y)
                loss.backward()
                if max_norm is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                optimizer.step()
                optimizer.zero_grad()
                total += loss.item() * len(x)
                samples += len(x)
            losses.append(total / samples)
        return losses
        """,
        hint="What if somebody called `backward` before `fit`? When is the first `zero_grad`?",
    ),
    Variant(
        "one step an epoch",
        body="""
        model.train()
        losses = []
        for _ in range(epochs):
            total, samples = 0.0, 0
            optimizer.zero_grad()
            for x, y in loader:
                x, y = x.to(device), y.to(device)
                loss = loss_fn(model(x), y)
                loss.backward()
                total += loss.item() * len(x)
                samples += len(x)
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            losses.append(total / samples)
        return losses
        """,
        hint="How many steps are taken in an epoch of three batches? Look at the indentation of `step`.",
    ),
    Variant(
        "the gradient is divided by the number of samples",
        was="loss.backward()",
        becomes="(loss / len(x)).backward()",
        hint="`loss_fn` gives the mean of a batch already. What is divided by the number of samples twice?",
    ),
    Variant(
        "the weights are changed without the optimizer",
        was="optimizer.step()",
        becomes="""with torch.no_grad():
                for p in model.parameters():
                    if p.grad is not None:
                        p -= optimizer.param_groups[0]["lr"] * p.grad""",
        hint="The optimizer may have momentum, or be another one altogether. What does it offer to change the weights?",
    ),
    Variant(
        "not in training mode",
        was="model.train()",
        becomes="model.eval()",
        hint="Batch norm and dropout behave otherwise in training. Which mode is the model in when `fit` is called?",
    ),
    Variant(
        "target and prediction are swapped",
        was="loss_fn(model(x), y)",
        becomes="loss_fn(y, model(x))",
        hint="In which order does the loss function take its arguments?",
    ),
    Variant(
        "inputs are turned into float32",
        was="x.to(device), y.to(device)",
        becomes="x.to(device).float(), y.to(device)",
        hint="x may hold token ids, or float64. Leave its dtype as it is.",
    ),
    Variant(
        "the batch is changed in place",
        was="loss = loss_fn(model(x), y)",
        becomes="loss = loss_fn(model(x), y.masked_fill_(y == 0, -100))",
        hint="On the CPU, `to` gives back the very same tensor. Whose is it?",
    ),
    Variant(
        "x stays where it is",
        was="x, y = x.to(device), y.to(device)",
        becomes="y = y.to(device)",
        hint="A loader gives batches on the CPU. Where is the model? `to` does not move a tensor, it gives back a moved one.",
    ),
    Variant(
        "y stays where it is",
        was="x, y = x.to(device), y.to(device)",
        becomes="x = x.to(device)",
        hint="The prediction is on the model's device. Where is what it is compared with?",
    ),
    # The clipping.
    Variant(
        "clipping comes too early or too late",
        was="nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        becomes="pass",
        hint="When are the gradients there, and when does the optimizer use them? Clip in between.",
    ),
    Variant(
        "clips where no limit is given",
        was="if max_norm is not None:",
        becomes="""max_norm = 1.0 if max_norm is None else max_norm
            if True:""",
        hint="What does `max_norm=None` stand for?",
    ),
    Variant(
        "the weights are clipped",
        was="nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        becomes="""for p in model.parameters():
                    p.data.clamp_(-max_norm, max_norm)""",
        hint="It is the gradient that is to be limited, not the weight. Where does torch keep it?",
    ),
    Variant(
        "gradients are clipped entry by entry",
        was="clip_grad_norm_(model",
        becomes="clip_grad_value_(model",
        hint="Does the direction of the gradient stay as it is? It is the norm that is to be limited.",
    ),
    Variant(
        "each parameter is clipped by its own norm",
        was="nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        becomes="[nn.utils.clip_grad_norm_(p, max_norm) for p in model.parameters()]",
        hint="All gradients together are one long vector. How many norms does it have?",
    ),
    Variant(
        "the norm is a sum of absolute values",
        was="max_norm)",
        becomes="max_norm, norm_type=1)",
        hint="Which norm is the length of a vector?",
    ),
    Variant(
        "the square of the norm is compared",
        was="nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        becomes="""gradients = [p.grad for p in model.parameters() if p.grad is not None]
                norm = sum(g.square().sum() for g in gradients)
                for g in gradients:
                    g.mul_((max_norm / (norm + 1e-6)).clamp(max=1.0))""",
        hint="What is the norm of (3, 4)?",
    ),
    Variant(
        "gradients are always scaled to the limit",
        was="nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        becomes="""gradients = [p.grad for p in model.parameters() if p.grad is not None]
                norm = sum(g.square().sum() for g in gradients) ** 0.5
                for g in gradients:
                    g.mul_(max_norm / (norm + 1e-6))""",
        hint="What should happen to a gradient that is within the limit?",
    ),
    Variant(
        "a limit of 0 is taken for none",
        was="if max_norm is not None:",
        becomes="if max_norm:",
        hint="What is the truth value of 0.0? What is to be asked is whether there is a limit.",
    ),
    Variant(
        "every parameter is taken to have a gradient",
        was="nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        becomes="""norm = sum(p.grad.square().sum() for p in model.parameters()) ** 0.5
                for p in model.parameters():
                    p.grad.mul_((max_norm / (norm + 1e-6)).clamp(max=1.0))""",
        hint="What is the `.grad` of a parameter that does not require one?",
    ),
    # The losses.
    Variant(
        "the mean of the batches' means",
        was=TOTAL,
        becomes="""total += loss.item()
            samples += 1
        losses.append(total / samples)""",
        hint="Should the only sample of a last, small batch count as much as all those of a full one?",
    ),
    Variant(
        "the batches' means are summed up",
        was=TOTAL,
        becomes="""total += loss.item()
        losses.append(total)""",
        hint="Should the loss double when there are twice as many batches?",
    ),
    Variant(
        "the sum over the samples",
        was="total / samples",
        becomes="total",
        hint="Should the loss double when there are twice as many samples?",
    ),
    Variant(
        "the loss of the last batch",
        was="total / samples",
        becomes="loss.item()",
        hint="What of the batches before the last one?",
    ),
    Variant(
        "the loss of every batch",
        was=TOTAL,
        becomes="losses.append(loss.item())",
        hint="How long should the list be?",
    ),
    Variant(
        "the loss of the last epoch alone",
        was="return losses",
        becomes="return losses[-1]",
        hint="What is to be returned, a number or a list?",
    ),
    Variant(
        "the total goes on from epoch to epoch",
        was=LOOPS,
        becomes="""total, samples = 0.0, 0
    for _ in range(epochs):
        for x, y in loader:""",
        hint="The second loss is the mean of the second epoch. Where does the total begin at 0?",
    ),
    Variant(
        "losses are measured after the step",
        was="loss.item() * len(x)",
        becomes="loss_fn(model(x), y).item() * len(x)",
        hint="Report the loss that the step was taken on. You have it already.",
    ),
    Variant(
        "losses are measured at the end of an epoch",
        was="losses.append(total / samples)",
        becomes="""with torch.no_grad():
            again = [(loss_fn(model(x.to(device)), y.to(device)).item(), len(x)) for x, y in loader]
        losses.append(sum(loss * n for loss, n in again) / samples)""",
        hint="Report the losses that the steps were taken on. You have them already, and need not go through the data again.",
    ),
    Variant(
        "batches are weighted by their numbers of targets",
        was="len(x)",
        becomes="y.numel()",
        hint="A sample is an entry along the first axis, however long it is.",
    ),
    Variant(
        "the number of samples is taken from the loader",
        was="total / samples",
        becomes="total / len(loader.dataset)",
        hint="Has a plain list of batches a `dataset`? Count the samples as they come.",
    ),
    Variant(
        "tensors instead of numbers",
        was="losses.append(total / samples)",
        becomes="losses.append(torch.tensor(total / samples))",
        hint="Which method of a tensor gives its one number?",
    ),
    Variant(
        "the total remembers every graph",
        was=TOTAL,
        becomes="""total = total + loss * len(x)
            samples += len(x)
        losses.append((total / samples).item())""",
        hint="What else does a loss hold besides its number? What does a sum of such losses hold on to?",
    ),
    # The loader.
    Variant(
        "one iterator for all epochs",
        was=LOOPS,
        becomes="""batches = iter(loader)
    for _ in range(epochs):
        total, samples = 0.0, 0
        for x, y in batches:""",
        hint="What does an iterator give once it has come to its end?",
    ),
    Variant(
        "the batches are collected once for all epochs",
        was=LOOPS,
        becomes="""batches = list(loader)
    for _ in range(epochs):
        total, samples = 0.0, 0
        for x, y in batches:""",
        hint="Do the batches come in a new order in the second epoch if the loader shuffles? Does a large data set fit a list?",
    ),
    Variant(
        "a last, smaller batch is left out",
        was="loss = loss_fn(model(x), y)",
        becomes="""full = len(x) if samples == 0 else full
            if len(x) < full:
                continue
            loss = loss_fn(model(x), y)""",
        hint="How many samples does an epoch have in all? Those of a small batch count as well.",
    ),
    Variant(
        "the loader is asked for its length",
        was=LOOPS,
        becomes="""for _ in range(epochs):
        total, samples = 0.0, 0
        for _, (x, y) in zip(range(len(loader)), loader):""",
        hint="A stream does not know how long it is. Is the number of batches needed at all?",
    ),
    Variant(
        "the loader is indexed",
        was=LOOPS,
        becomes="""for _ in range(epochs):
        total, samples = 0.0, 0
        for i in range(len(loader)):
            x, y = loader[i]""",
        hint="A loader can be iterated over, and that is all. What does `for` do with it?",
    ),
    Variant(
        "one epoch too few",
        was="range(epochs)",
        becomes="range(1, epochs)",
        hint="How many numbers does range(1, 3) give?",
    ),
]

EQUIVALENT: list[Equivalent] = []
