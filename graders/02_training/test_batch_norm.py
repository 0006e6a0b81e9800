"""Batch normalization: outputs and running estimates in training, both modes, gradients, and what the module holds."""

import pytest
import torch

from kata.grading import Case, between, integers, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["norms"])

# In half precision, a gradient or a mean of few numbers is what is left of large terms, and its last digits are rounding.
EXACT = ["float32", "float64"]


def make(impl, state, options):
    """A module with this state, of which it gets a copy, since it changes it."""
    state = {name: tensor.clone() for name, tensor in state.items()}
    return load(impl.BatchNorm1d(len(state["weight"]), **options), state)


def normalize(impl, state, x, **options):
    return make(impl, state, options).train()(x)


def follow(impl, state, batches, **options):
    """The running estimates after each of some batches, and whether they hold on to what they came from."""
    module = make(impl, state, options).train()
    means, variances = [], []
    for x in batches:
        module(x.requires_grad_())
        means.append(module.running_mean.detach().clone())
        variances.append(module.running_var.detach().clone())
    held = module.running_mean.requires_grad or module.running_var.requires_grad
    return {"running means": means, "running variances": variances, "a gradient is recorded": held}


def predict(impl, state, batches, x, **options):
    """In evaluation mode, after some batches of training; and the running estimates after it."""
    module = make(impl, state, options).train()
    for batch in batches:
        module(batch)
    y = module.eval()(x)
    return {"output": y, "running_mean": module.running_mean, "running_var": module.running_var}


def differentiate(impl, state, x, slopes, training):
    module, x = make(impl, state, {}).train(training), x.requires_grad_()
    (module(x) * slopes).sum().backward()
    return {"x": x.grad, "weight": module.weight.grad, "bias": module.bias.grad}


def begin(impl, num_features):
    module = impl.BatchNorm1d(num_features)
    return {
        "parameters": {name: p.detach() for name, p in module.named_parameters()},
        "buffers": dict(module.named_buffers()),
    }


def refuse(impl, x):
    impl.BatchNorm1d(x.shape[1]).to(x.device)(x)


def positive(state):
    return {name: tensor.abs() + 0.5 if name == "running_var" else tensor for name, tensor in state.items()}


def equal_in_the_first(x):
    """A first channel of nothing but ones."""
    x = x.clone()
    x[:, 0] = 1.0
    return x


def around_2048(steps):
    """Twice as many numbers, as far above 2048 as below: exact in float16, as their mean is."""
    return torch.cat([2048 + 2 * steps.double(), 2048 - 2 * steps.double()])


N, C, L = between(4, 7), between(2, 4), between(2, 5)
STATE = weights(lambda impl, channels: impl.BatchNorm1d(channels), C).map(positive)
EPS, MOMENTUM = between(0.2, 0.6), between(0.2, 0.4)

# Whole numbers, 8 a channel: the mean is exact in float32, and right answers do not part ways by its rounding.
WHOLE = integers(4, C, 2, low=4080, high=4113).map(torch.Tensor.double)

OUTPUTS = [
    Case("rows", state=STATE, x=normal(N, C, std=2.0, mean=1.0)),
    Case("sequences", state=STATE, x=normal(N, C, L, std=2.0, mean=1.0)),
    Case("a batch of one sequence", state=STATE, x=normal(1, C, L + 3)),
    Case("a large eps", state=STATE, x=normal(N, C), eps=EPS),
    Case("a channel of equal numbers", state=STATE, x=normal(N, C, L).map(equal_in_the_first), zeros=False),
    Case("not contiguous", state=STATE, x=normal(N, L, C).transposed()),
    Case("far from 0", state=STATE, x=WHOLE, dtypes=EXACT),
    Case(
        "float16, with a sum beyond its largest number",
        state=STATE,
        x=integers(N, C, L + 4, low=1, high=9).map(around_2048),
        dtypes=["float16"],
    ),
    Case("long sequences", state=STATE, x=normal(2, C, 11), eps=EPS, recall=True),
]

FOLLOWED = [
    Case("rows", state=STATE, batches=[normal(N, C, mean=2.0), normal(N + 2, C), normal(2, C)], dtypes=EXACT),
    Case("sequences", state=STATE, batches=[normal(2, C, L), normal(N, C, L + 1)], dtypes=EXACT),
    Case(
        "a large momentum", state=STATE, batches=[normal(N, C), normal(N, C)], momentum=between(0.6, 0.9), dtypes=EXACT
    ),
    Case("a long sequence, and rows", state=STATE, batches=[normal(1, C, 9), normal(7, C)], dtypes=EXACT, recall=True),
]

PREDICTIONS = [
    Case("before any training", state=STATE, batches=[], x=normal(N, C, L + 2)),
    Case("one row", state=STATE, batches=[normal(N, C)], x=normal(1, C), momentum=MOMENTUM, dtypes=EXACT),
    Case("some rows", state=STATE, batches=[normal(N, C)], x=normal(N, C, mean=3.0), eps=EPS, dtypes=EXACT),
    Case("sequences", state=STATE, batches=[normal(N, C, L)], x=normal(2, C, L + 1), dtypes=EXACT),
    Case("one long sequence", state=STATE, batches=[normal(2, C, 8)], x=normal(1, C, 12), dtypes=EXACT, recall=True),
]

GRADIENTS = [
    Case("training, rows", state=STATE, x=normal(N, C), slopes=normal(N, C), training=True, zeros=False, dtypes=EXACT),
    Case(
        "training, sequences",
        state=STATE,
        x=normal(N, C, L),
        slopes=normal(N, C, L),
        training=True,
        zeros=False,
        dtypes=EXACT,
    ),
    Case("evaluation mode", state=STATE, x=normal(N, C, L), slopes=normal(N, C, L), training=False, dtypes=EXACT),
]

SINGLE = [Case("one row", x=normal(1, C)), Case("one position of one sequence", x=normal(1, C, 1))]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", OUTPUTS, ids=str)
def test_output_in_training(check, case):
    check.values(normalize, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", FOLLOWED, ids=str)
def test_running_estimates(check, case):
    check.values(follow, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PREDICTIONS, ids=str)
def test_evaluation_mode(check, case):
    check.values(predict, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.values(differentiate, case)


@pytest.mark.points(1)
def test_a_new_module(check):
    check.values(begin, Case("a new module", num_features=between(3, 30)))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", SINGLE, ids=str)
def test_a_single_number_is_refused(check, case):
    check.raises(ValueError, refuse, case)
