"""Gradient accumulation: the loss and the weights after steps on micro-batches, and what is in memory on the way."""

import weakref

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from kata.grading import Case, between, integers, load, normal, weights

# In bfloat16 a step is often smaller than the last bit of the weight it changes: there the order of a sum decides whether
# a step is taken at all, and right answers part ways.
pytestmark = pytest.mark.exercise(points=10, seconds=3, dtypes=["float32", "float64"], optimizers=True)


def layers(width):
    return nn.Sequential(nn.Linear(3, width), nn.Tanh(), nn.Linear(width, 2))


def layers_with_batch_norm(width):
    return nn.Sequential(nn.Linear(3, width), nn.BatchNorm1d(width), nn.Linear(width, 2))


def next_token_model(width):
    return nn.Sequential(nn.Embedding(7, width), nn.Linear(width, 7))


def next_token_loss(logits, target):
    return F.cross_entropy(logits.flatten(0, 1), target.flatten())


def step(impl, model, steps, loss_fn=F.mse_loss, form=list):
    """The losses of several steps, each on its micro-batches, and the weights that they lead to."""
    # With momentum, a step too many or too few is seen at once.
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1, momentum=0.9)
    losses = [impl.accumulated_step(model, form(batches), loss_fn, optimizer) for batches in steps]
    return {"losses": losses, "weights": dict(model.state_dict()), "training": model.training}


def on_samples(impl, state, width, steps):
    return step(impl, load(layers(width), state), steps)


def on_sequences(impl, state, width, steps):
    return step(impl, load(next_token_model(width), state), steps, next_token_loss)


def from_a_generator(impl, state, width, steps):
    return step(impl, load(layers(width), state), steps, form=iter)


def after_another_backward(impl, state, width, steps, x, y):
    model = load(layers(width), state)
    F.mse_loss(model(x), y).backward()
    return step(impl, model, steps)


def with_a_frozen_layer(impl, state, width, steps):
    model = load(layers(width), state)
    model[0].requires_grad_(False)
    return step(impl, model, steps)


def in_mode(impl, state, width, steps, training):
    return step(impl, load(layers_with_batch_norm(width), state).train(training), steps)


class Token:
    """Something that lives as long as the graph it is put into."""


def count_graphs(impl, state, width, batches):
    """How many graphs of earlier micro-batches there still are, at most, when the loss of one is measured."""
    tokens, alive = [], []

    def loss_fn(prediction, target):
        loss, token = F.mse_loss(prediction, target), Token()
        alive.append(sum(earlier() is not None for earlier in tokens))
        if loss.grad_fn is not None:
            tokens.append(weakref.ref(token))
            loss.grad_fn.metadata["token"] = token
        return loss

    step(impl, load(layers(width), state), [batches], loss_fn)
    return max(alive, default=0)


WIDTH, FEW, MORE = between(3, 6), between(2, 3), between(4, 6)
LAYERS = weights(lambda impl, width: layers(width), WIDTH)
SEQUENCES = weights(lambda impl, width: next_token_model(width), WIDTH)
BATCH_NORM = weights(lambda impl, width: layers_with_batch_norm(width), WIDTH).map(
    lambda state: {name: tensor.abs() if name.endswith("running_var") else tensor for name, tensor in state.items()}
)


def of_sizes(*sizes):
    """Micro-batches of these many samples."""
    return [(normal(n, 3), normal(n, 2, std=3.0)) for n in sizes]


UNEVEN = [of_sizes(MORE, FEW, 1), of_sizes(1, MORE)]

STEPS = [
    Case("micro-batches of one size", on_samples, state=LAYERS, width=WIDTH, steps=[of_sizes(FEW, FEW, FEW)]),
    Case("micro-batches of different sizes", on_samples, state=LAYERS, width=WIDTH, steps=UNEVEN),
    Case("one micro-batch", on_samples, state=LAYERS, width=WIDTH, steps=[of_sizes(MORE)]),
    Case(
        "longer and shorter sequences",
        on_sequences,
        state=SEQUENCES,
        width=WIDTH,
        steps=[
            [
                (integers(FEW, 6, high=7), integers(FEW, 6, high=7)),
                (integers(MORE, 2, high=7), integers(MORE, 2, high=7)),
            ]
        ],
    ),
    Case(
        "five micro-batches",
        on_samples,
        state=LAYERS,
        width=WIDTH,
        steps=[of_sizes(2, MORE, 1, 3, FEW), of_sizes(FEW, 1, 1, 5, 2)],
        recall=True,
    ),
]

MODES = [
    Case("in training", in_mode, state=BATCH_NORM, width=WIDTH, steps=[of_sizes(MORE, FEW)], training=True),
    Case("not in training", in_mode, state=BATCH_NORM, width=WIDTH, steps=[of_sizes(MORE, FEW)], training=False),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", STEPS, ids=str)
def test_steps(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_gradients_from_before(check):
    case = Case("gradients from before", state=LAYERS, width=WIDTH, steps=UNEVEN, x=normal(4, 3), y=normal(4, 2))
    check.values(after_another_backward, case)


@pytest.mark.points(1)
def test_a_frozen_layer(check):
    check.values(with_a_frozen_layer, Case("a frozen layer", state=LAYERS, width=WIDTH, steps=UNEVEN))


@pytest.mark.points(1)
def test_a_generator(check):
    check.values(from_a_generator, Case("a generator", state=LAYERS, width=WIDTH, steps=UNEVEN))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", MODES, ids=str)
def test_the_mode_of_the_model(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
def test_graphs_are_let_go(run):
    # One may be held while the next micro-batch is under way: a variable keeps it until it is assigned anew.
    alive = run(count_graphs, state=LAYERS, width=WIDTH, batches=of_sizes(2, 2, FEW, 2, 1, 2))
    assert alive <= 2, f"at the last of 6 micro-batches, the graphs of {alive} earlier ones are still in memory"
