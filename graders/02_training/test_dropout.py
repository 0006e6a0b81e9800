"""Dropout: how often, where, and what of the rest; the modes, the ends of p, and the gradient."""

import pytest
import torch

from kata.grading import Case, between, normal, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["dropout"])


def predict(impl, x, p):
    """In evaluation mode, after a call in training mode."""
    module = impl.Dropout(p)
    module(x)
    return module.eval()(x)


def predict_in_a_model(impl, x, p):
    """A model in evaluation mode, of which the module is a part."""
    return torch.nn.Sequential(impl.Dropout(p)).eval()(x)


def train(impl, x, p):
    return impl.Dropout(p).train()(x)


def back_in_training(impl, x, p):
    return impl.Dropout(p).eval().train()(x)


def form(impl, x, p):
    """Shape and dtype in training, without what was drawn."""
    return torch.zeros_like(impl.Dropout(p)(x))


def is_dropped(result):
    return result == 0


def the_rate(_, x, p):
    return p


def parts(impl, x, p):
    """What is kept, in parts of what was there; and the same of the gradient, at the same places."""
    y = impl.Dropout(p)(x.requires_grad_())
    if y.requires_grad:
        y.sum().backward()
    part, slope = (y / x).detach(), torch.zeros_like(x) if x.grad is None else x.grad
    kept = part[part != 0] if part.any() else part
    return {"smallest": kept.min().item(), "largest": kept.max().item(), "slopes": (slope - part).abs().max().item()}


def what_goes_together(impl, x, p):
    """For each axis, whether all along it are dropped together."""
    dropped = impl.Dropout(p)(x) == 0
    return [bool((dropped == dropped.narrow(axis, 0, 1)).all()) for axis in range(x.dim())]


def what_changes(impl, x, p):
    """Whether masks, their counts and seeded masks differ between calls."""
    module = impl.Dropout(p)
    dropped = [module(x) == 0 for _ in range(20)]
    seeded = []
    for _ in range(2):
        torch.manual_seed(0)
        seeded.append(module(x))
    return {
        "masks": any(not torch.equal(mask, dropped[0]) for mask in dropped),
        "counts": len({int(mask.sum()) for mask in dropped}) > 1,
        "seeded": not torch.equal(*seeded),
    }


def kept_for_a_checkpoint(impl, x, p):
    module = impl.Dropout(p)
    module(x)
    return len(module.state_dict())


def make(impl, p):
    """Nothing that could be told from another module, where one is made."""
    impl.Dropout(p)


A, B, P = between(2, 5), between(2, 5), between(0.2, 0.8)

# So many that who drops some is not taken for one who drops none.
PREDICTIONS = [
    Case("evaluation mode", predict, x=normal(A + 6, B + 6), p=P),
    Case("evaluation mode, p = 1", predict, x=normal(A + 6, B + 6), p=1.0),
    Case("a model in evaluation mode", predict_in_a_model, x=normal(A + 6, B + 6), p=P),
    Case("evaluation mode, four axes", predict, x=normal(A, 4, B, 4), p=P, recall=True),
]

ENDS = [
    Case("p = 0", train, x=normal(A, B), p=0.0),
    Case("p = 1", train, x=normal(A, B), p=1.0),
    Case("p = 1, in training mode again", back_in_training, x=normal(A, B), p=1.0),
]

FORMS = [
    Case("rows", x=normal(A, B), p=P),
    Case("a scalar", x=normal(), p=P, fixed="a number has no sizes"),
    Case("no elements", x=normal(0, B), p=P),
    Case("not contiguous", x=normal(A, B + 4).transposed(), p=P),
]

MANY = uniform(8, 16, between(30, 40), low=0.5, high=2.0)  # no zeros, so that those of the result are what was dropped

RATES = [
    Case("a small rate", x=MANY, p=between(0.11, 0.17)),
    Case("a large rate", x=MANY, p=between(0.6, 0.7)),
    # In bfloat16 `torch.rand` gives 0 once in 500 draws, which is a fifth of such a p on top of it.
    Case(
        "a very small rate in half precision",
        x=uniform(64, 64, between(30, 40), low=0.5, high=2.0),
        p=between(0.0082, 0.01),
        dtypes=["bfloat16"],
    ),
]

REFUSED = [
    Case("below 0", p=-between(0.01, 0.5)),
    Case("above 1", p=between(1.01, 1.5)),
]


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", PREDICTIONS, ids=str)
def test_nothing_is_dropped_in_evaluation_mode(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", ENDS, ids=str)
def test_all_or_nothing(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", FORMS, ids=str)
def test_shape_and_dtype(check, case):
    check.values(form, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", RATES, ids=str)
def test_share_that_is_dropped(check, case):
    check.share(train, case, expected=the_rate, of=is_dropped)


@pytest.mark.points(2.5)
def test_what_is_kept(run, draw):
    p = draw(P)
    found = run(parts, x=MANY, p=p)
    smallest, largest, factor = found["smallest"], found["largest"], 1 / (1 - p)
    right = abs(smallest / factor - 1) < 1e-4 and abs(largest / factor - 1) < 1e-4
    assert right, (
        f"with p={p:.3g}, what is kept is multiplied by {smallest:.4g} to {largest:.4g}, expected {factor:.4g}"
    )


@pytest.mark.points(1)
def test_gradient(run):
    off = run(parts, x=MANY, p=P)["slopes"]
    assert off < 1e-4, f"an element's gradient is not what the element was multiplied by: off by up to {off:.4g}"


@pytest.mark.points(1)
def test_each_element_is_dropped_by_itself(run):
    together = run(what_goes_together, x=MANY, p=P)
    for axis, same in enumerate(together):
        assert not same, f"along axis {axis} all are dropped together"
    changes = run(what_changes, x=MANY, p=P)
    assert changes["masks"], "every call of a module drops the same elements"
    assert changes["counts"], "the number of elements that are dropped is the same in 20 calls"
    assert not changes["seeded"], "after the same `torch.manual_seed` other elements are dropped"


@pytest.mark.points(0.5)
def test_state_dict_is_empty(run):
    count = run(kept_for_a_checkpoint, x=MANY, p=P)
    assert not count, f"there are {count} tensors in the `state_dict()`, expected none"


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_no_probability_is_refused(check, case):
    check.raises(ValueError, make, case)
