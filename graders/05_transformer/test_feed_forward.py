"""The feed-forward network: its two layers, where dropout stands and how much it drops, and both modes."""

import pytest
import torch

from kata.grading import Case, between, load, normal, uniform, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def make(impl, state, **options):
    d_ff, d_model = state["up.weight"].shape
    return load(impl.FeedForward(d_model, d_ff, **options), state)


def feed(impl, state, x, **options):
    return make(impl, state, **options).train()(x)


def predict(impl, state, x, **options):
    """In evaluation mode, after a call in training mode."""
    module = make(impl, state, **options)
    module.train()(x)
    return module.eval()(x)


def see_through(impl, x, p, back_from_eval=False):
    """The numbers between the layers, as parts of what they are without dropout.

    Both layers let x through, and each adds 1. So what was dropped between them gives 0, and what was dropped
    elsewhere does not.
    """
    width = x.shape[-1]
    layer, ones = torch.eye(width).to(x), torch.ones(width).to(x)
    state = {"up.weight": layer, "up.bias": ones, "down.weight": layer, "down.bias": ones}
    module = make(impl, state, dropout=p)
    if back_from_eval:
        module.eval()
    return ((module.train()(x) - 1) / (x + 1)).detach()


def learn_through(impl, x, p):
    """The same numbers, and what x's gradient should be if they are: each is what was multiplied by there."""
    x = x.clone().requires_grad_()
    layer, ones = torch.eye(x.shape[-1]).to(x), torch.ones(x.shape[-1]).to(x)
    state = {"up.weight": layer, "up.bias": ones, "down.weight": layer, "down.bias": ones}
    result = make(impl, state, dropout=p).train()(x)
    (slope,) = torch.autograd.grad(result.sum(), x)
    return bool((slope - ((result - 1) / (x + 1)).detach()).abs().max() < 1e-3)


def is_dropped(result):
    return result.abs() < 1e-3


def the_rate(_, x, p, **mode):
    return p


def what_is_kept(impl, x, p):
    part = see_through(impl, x, p)
    kept = part[~is_dropped(part)] if not is_dropped(part).all() else part
    return {"smallest": kept.min().item(), "largest": kept.max().item()}


def what_goes_together(impl, x, p):
    """For each axis, whether all along it are dropped together."""
    dropped = is_dropped(see_through(impl, x, p))
    return [bool((dropped == dropped.narrow(axis, 0, 1)).all()) for axis in range(x.dim())]


B, T, D, F = between(2, 4), between(5, 7), between(3, 4), between(6, 9)
P = between(0.2, 0.6)


def state(*sizes):
    return weights(lambda impl, *drawn: impl.FeedForward(*drawn), *sizes)


CASES = [
    Case("a batch of sequences", state=state(D, F), x=normal(B, T, D, std=2.0), edges=[{B: 1}, {T: 1}, {T: 0}]),
    Case("as wide between the layers as outside", state=state(D, D), x=normal(T, D)),
    Case("narrower between the layers", state=state(F, D), x=normal(T, F), edges=[{D: 1}]),
    Case("a single vector", state=state(D, F), x=normal(D)),
    Case("four axes, not contiguous", state=state(D, F), x=normal(B, D, 2, T).transposed(1, 3)),
    Case("a wide layer", state=state(5, 17), x=normal(2, 3, 5), recall=True),
    Case("five axes", state=state(6, 2), x=normal(2, 1, 2, 3, 6), recall=True),
]

MODES = [
    Case("evaluation mode", predict, state=state(D, F), x=normal(B, T, D), dropout=P),
    Case("evaluation mode, a dropout of 1", predict, state=state(D, F), x=normal(B, T, D), dropout=1.0),
    Case("training mode, a dropout of 1", feed, state=state(D, F), x=normal(B, T, D), dropout=1.0),
    Case("evaluation mode, one long sequence", predict, state=state(4, 5), x=normal(1, 13, 4), dropout=P, recall=True),
]

MANY = uniform(4, between(60, 70), 64, low=0.5, high=2.0)

RATES = [
    Case("a small rate", x=MANY, p=between(0.11, 0.17)),
    Case("a large rate", x=MANY, p=between(0.6, 0.7)),
    Case("in training mode again", x=MANY, p=P, back_from_eval=True),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(feed, case)


@pytest.mark.points(1)
def test_gradients(check, run, draw):
    # In half precision a number between the layers may be on either side of 0, and its gradient with it.
    x = normal(B, T, D)
    check.gradients(feed, Case("gradients", state=state(D, F), x=x, dtypes=["float32", "float64"]))
    assert run(learn_through, x=MANY, p=draw(P)), (
        "in training mode, x's gradient is not that of the numbers that were kept"
    )


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", MODES, ids=str)
def test_dropout_in_both_modes(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2.5)
def test_what_is_dropped_between_the_layers(check, run, draw):
    for case in RATES:
        check.share(see_through, case, expected=the_rate, of=is_dropped)
    p = draw(P)
    found = run(what_is_kept, x=MANY, p=p)
    smallest, largest, factor = found["smallest"], found["largest"], 1 / (1 - p)
    right = abs(smallest / factor - 1) < 1e-3 and abs(largest / factor - 1) < 1e-3
    assert right, (
        f"with dropout={p:.3g}, what is kept is multiplied by {smallest:.4g} to {largest:.4g}, expected {factor:.4g}"
    )
    for axis, same in enumerate(run(what_goes_together, x=MANY, p=p)):
        assert not same, f"of the numbers between the layers, all along axis {axis} are dropped together"
