"""The training loop: where it leads the model, and which losses it reports on the way."""

import weakref

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from kata.grading import Case, Elsewhere, between, integers, load, normal, weights

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

# Batches of two and a last one of one.
N = 2 * between(2, 4) + 1
EVEN, MANY, T = N + 1, 2 * between(6, 9), between(5, 8)

TRAININGS = [
    (
        on_samples,
        Case("batches of two samples and a last one of one", state=LAYERS, x=normal(N, 3), y=normal(N, 2, std=3.0)),
    ),
    (
        on_sequences,
        Case(
            "longer and shorter sequences",
            state=SEQUENCES,
            batches=[
                (integers(2, T, high=7), integers(2, T, high=7).map(end_with_0)),
                (integers(3, 2, high=7), integers(3, 2, high=7).map(end_with_0)),
            ],
        ),
    ),
    (from_eval_mode, Case("a model that comes in eval mode", state=BATCH_NORM, x=normal(EVEN, 3), y=normal(EVEN, 2))),
    (after_another_backward, Case("gradients from before the call", state=LAYERS, x=normal(N, 3), y=normal(N, 2))),
    (
        on_samples,
        Case(
            "batches of two samples and a last one of one, three epochs",
            state=LAYERS,
            x=normal(11, 3),
            y=normal(11, 2),
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
FAR = normal(N, 2, mean=20.0)
CLIPPINGS = [
    (
        on_samples,
        Case("above the limit", state=LAYERS, x=normal(N, 3), y=FAR, max_norm=between(0.3, 0.7), dtypes=["float32"]),
    ),
    (on_samples, Case("within the limit", state=LAYERS, x=normal(N, 3), y=normal(N, 2), max_norm=1000.0)),
    (on_samples, Case("a limit of 0", state=LAYERS, x=normal(N, 3), y=FAR, max_norm=0.0)),
    (
        with_a_frozen_layer,
        Case("a frozen layer", state=LAYERS, x=normal(N, 3), y=FAR, max_norm=between(0.3, 0.7), dtypes=["float32"]),
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
    check.values(from_elsewhere, Case("batches on another device", state=LAYERS, x=normal(EVEN, 3), y=normal(EVEN, 2)))


@pytest.mark.points(1)
def test_each_epoch_iterates_over_the_loader_anew(run):
    passes = run(count_passes, state=LAYERS, x=normal(EVEN, 3), y=normal(EVEN, 2), epochs=3)
    assert passes >= 3, f"in 3 epochs the loader is iterated over {passes} time(s); it cannot shuffle in between"


@pytest.mark.points(1)
def test_graphs_are_let_go(run):
    # One may be held while the next batch is under way: the variable `loss` keeps it until it is assigned anew.
    alive = run(count_graphs, state=LAYERS, x=normal(MANY, 3), y=normal(MANY, 2))
    assert alive <= 2, f"at the last batch, the graphs of {alive} earlier ones are still in memory"
