"""Evaluation: the loss and the accuracy, and that nothing is changed by measuring them."""

from collections import OrderedDict

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from kata.grading import Case, Elsewhere, between, integers, load, normal, weights

# Many take an accuracy for a mean of float32 numbers, whatever the model's dtype is: it has that many digits.
pytestmark = pytest.mark.exercise(points=10, seconds=5, dtypes=["float32"])


def classifier(features, classes):
    return nn.Linear(features, classes)


def classifier_of_tokens(tokens, length, classes):
    return nn.Sequential(nn.Embedding(tokens, 4), nn.Flatten(), nn.Linear(4 * length, classes))


def deep_classifier(features, classes):
    """Dropout and batch norm, one within another."""
    inner = nn.Sequential(OrderedDict(norm=nn.BatchNorm1d(8), relu=nn.ReLU(), dropout=nn.Dropout(0.5)))
    parts = OrderedDict(hidden=nn.Linear(features, 8), inner=inner, last=nn.Linear(8, classes))
    return nn.Sequential(parts)


def smoothed(logits, y):
    return F.cross_entropy(logits, y, label_smoothing=0.3)


def measure(impl, model, loader, loss_fn=F.cross_entropy):
    return impl.evaluate(model, loader, loss_fn, device=str(next(model.parameters()).device))


def in_batches(x, y, size=3, **options):
    return DataLoader(TensorDataset(x.cpu(), y.cpu()), batch_size=size, **options)


def from_a_loader(impl, state, x, y, size, loss_fn=F.cross_entropy):
    model = load(classifier(x.shape[1], len(state["bias"])), state)
    return measure(impl, model, in_batches(x, y, size), loss_fn)


def from_a_list(impl, state, x, y, size):
    model = load(classifier(x.shape[1], len(state["bias"])), state)
    return measure(impl, model, list(in_batches(x, y, size)))


def from_a_generator(impl, state, x, y, size):
    model = load(classifier(x.shape[1], len(state["bias"])), state)
    return measure(impl, model, (batch for batch in in_batches(x, y, size)))


def with_another_loss(impl, state, x, y, size):
    return from_a_loader(impl, state, x, y, size, smoothed)


def of_tokens(impl, state, x, y, size):
    model = load(classifier_of_tokens(len(state["0.weight"]), x.shape[1], len(state["2.bias"])), state)
    return measure(impl, model, in_batches(x, y, size))


def in_training(impl, state, x, y, size):
    model = load(deep_classifier(x.shape[1], len(state["last.bias"])), state).train()
    return measure(impl, model, in_batches(x, y, size))


def modes_afterwards(impl, state, x, y, training):
    """The mode of each part of a model of which only these parts train."""
    model = load(deep_classifier(x.shape[1], len(state["last.bias"])), state)
    for name, part in model.named_modules():
        part.training = name in training
    measure(impl, model, in_batches(x, y))
    return {name or "model": "training" if part.training else "evaluation" for name, part in model.named_modules()}


def modes_of_a_shared_part(impl, state, x, y, training):
    """The same of a model in which one module is a part of two."""
    shared = nn.Dropout(0.5)
    last = load(classifier(x.shape[1], len(state["bias"])), state)
    model = nn.Sequential(OrderedDict(left=nn.Sequential(shared), right=nn.Sequential(shared), last=last))
    for name, part in model.named_modules():
        part.training = name in training
    measure(impl, model, in_batches(x, y))
    return {name or "model": "training" if part.training else "evaluation" for name, part in model.named_modules()}


def remembers_a_graph(impl, state, x, y, learned_loss):
    """Whether a gradient could flow through the logits, or through the loss, which may have a weight of its own."""
    model, seen = load(classifier(x.shape[1], len(state["bias"])), state).requires_grad_(), []
    weight = torch.ones((), device=model.weight.device, requires_grad=learned_loss)

    def loss_fn(logits, target):
        loss = weight * F.cross_entropy(logits, target)
        seen.append(loss.requires_grad)
        return loss

    measure(impl, model, in_batches(x, y), loss_fn)
    return any(seen)


def gradients_afterwards(impl, state, x, y, recording):
    """Whether torch records gradients, which parameters ask for one, and those that were there before."""
    model = load(classifier(x.shape[1], len(state["bias"])), state)
    model.bias.requires_grad_(False)
    model.weight.requires_grad_().grad = torch.ones_like(model.weight)
    with torch.set_grad_enabled(recording):
        measure(impl, model, in_batches(x, y))
        found = {"recording": torch.is_grad_enabled()}
    asked = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    return {**found, "require a gradient": asked, "gradient": model.weight.grad}


def from_elsewhere(impl, state, x, y):
    model = load(classifier(x.shape[1], len(state["bias"])), state)

    def collate(samples):
        xs, ys = zip(*samples, strict=True)
        return Elsewhere(torch.stack(xs), "x"), Elsewhere(torch.stack(ys), "y")

    return measure(impl, model, in_batches(x, y, collate_fn=collate))


def with_variances(state):
    return {name: tensor.abs() if name.endswith("running_var") else tensor for name, tensor in state.items()}


# The last batch is smaller than the others, and not of one: in training, batch norm would refuse that.
D, C, SIZE = between(3, 5), between(3, 4), 4
N = SIZE * between(2, 4) + between(2, 3)
X, Y = normal(N, D), integers(N, high=C)
LINEAR = weights(lambda impl, *sizes: classifier(*sizes), D, C)
MANY, BINARY = N + 20, weights(lambda impl, *sizes: classifier(*sizes), D, 2)
DEEP = weights(lambda impl, *sizes: deep_classifier(*sizes), D, C).map(with_variances)

MEASURED = [
    Case("a DataLoader", from_a_loader, state=LINEAR, x=X, y=Y, size=SIZE),
    Case("another loss", with_another_loss, state=LINEAR, x=X, y=Y, size=SIZE),
    Case("a list of batches", from_a_list, state=LINEAR, x=X, y=Y, size=SIZE),
    # So many samples of two classes that some answer is right.
    Case(
        "a generator of batches", from_a_generator, state=BINARY, x=normal(MANY, D), y=integers(MANY, high=2), size=SIZE
    ),
    Case("a single sample", from_a_loader, state=LINEAR, x=normal(1, D), y=integers(1, high=C), size=SIZE),
    Case("dropout and batch norm", in_training, state=DEEP, x=X, y=Y, size=SIZE),
    Case("a last batch of one", in_training, state=DEEP, x=normal(2 * D + 1, D), y=integers(2 * D + 1, high=C), size=D),
    Case(
        "token ids",
        of_tokens,
        state=weights(lambda impl, *sizes: classifier_of_tokens(*sizes), 9, D, C),
        x=integers(N, D, high=9),
        y=Y,
        size=SIZE,
    ),
    Case(
        "many small batches",
        from_a_generator,
        state=weights(lambda impl: classifier(6, 5)),
        x=normal(20 + N, 6),
        y=integers(20 + N, high=5),
        size=2,
        recall=True,
    ),
    Case(
        "seven features, dropout and batch norm",
        in_training,
        state=weights(lambda impl: deep_classifier(7, 2)).map(with_variances),
        x=normal(12, 7),
        y=integers(12, high=2),
        size=5,
        recall=True,
    ),
]

PARTS = ["", "hidden", "inner", "inner.norm", "inner.relu", "inner.dropout", "last"]

MODES = [
    Case("all of it trained", modes_afterwards, state=DEEP, x=X, y=Y, training=PARTS),
    Case("none of it trained", modes_afterwards, state=DEEP, x=X, y=Y, training=[]),
    Case(
        "batch norm did not train",
        modes_afterwards,
        state=DEEP,
        x=X,
        y=Y,
        training=[part for part in PARTS if part != "inner.norm"],
    ),
    Case("only dropout trained", modes_afterwards, state=DEEP, x=X, y=Y, training=["inner.dropout"]),
    Case(
        "a part of two parts did not train", modes_of_a_shared_part, state=LINEAR, x=X, y=Y, training=["right", "last"]
    ),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", MEASURED, ids=str)
def test_loss_and_accuracy(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", MODES, ids=str)
def test_modes_are_restored(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_no_graph_is_recorded(run):
    recorded = run(remembers_a_graph, state=LINEAR, x=X, y=Y, learned_loss=False)
    assert not recorded, "the model's logits remember how they came about: a graph is recorded for each batch"
    recorded = run(remembers_a_graph, state=LINEAR, x=X, y=Y, learned_loss=True)
    assert not recorded, (
        "a loss with weights of its own remembers how it came about: a graph is recorded for each batch"
    )


@pytest.mark.points(1)
def test_gradients_are_left_as_they_are(check):
    for recording in (True, False):
        check.values(gradients_afterwards, Case("gradients afterwards", state=LINEAR, x=X, y=Y, recording=recording))


@pytest.mark.points(1)
def test_batches_are_moved_to_the_device(check):
    check.values(from_elsewhere, Case("batches on another device", state=LINEAR, x=X, y=Y))
