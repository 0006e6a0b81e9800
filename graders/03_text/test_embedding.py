"""A table of vectors: what is looked up, the gradients of its rows, the row of padding, and the first weights."""

import copy
import math

import pytest
import torch

from kata.grading import Case, between, integers, load, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["embedding"])


def make(impl, weight, options):
    """A module with these weights in the parameter that it made itself, on which it may have hung a hook."""
    load(impl.Embedding(*weight.shape, **options), {"weight": weight})  # only to say what does not fit
    module = impl.Embedding(*weight.shape, **options).to(weight)
    module.load_state_dict({"weight": weight})
    module.zero_grad()
    return module


def look_up(impl, weight, ids, **options):
    return make(impl, weight, options)(ids)


def differentiate(impl, weight, ids, slopes, **options):
    """The vectors, and the gradient that reaches the table."""
    return gradient_of(make(impl, weight, options), ids, slopes)


def differentiate_a_copy(impl, weight, ids, slopes, **options):
    return gradient_of(copy.deepcopy(make(impl, weight, options)), ids, slopes)


def gradient_of(module, ids, slopes):
    vectors = module(ids)
    if vectors.requires_grad:
        (vectors * slopes).sum().backward()
    return {"vectors": vectors, "weight.grad": module.weight.grad}


def first_weights(impl, num, dim, padding_idx=None):
    """All of them but the row of padding."""
    weight = impl.Embedding(num, dim, padding_idx).weight.detach()
    return weight if padding_idx is None else weight[torch.arange(num) != padding_idx % num]


def within_one(result):
    return result.abs() < 1


def begin(impl, num, dim, padding_idx):
    """What a new module holds, its row of padding, and how many of its rows are different."""
    module = impl.Embedding(num, dim, padding_idx)
    return {
        "state_dict": {name: list(tensor.shape) for name, tensor in module.state_dict().items()},
        "learned": [name for name, p in module.named_parameters() if p.requires_grad],
        "row of padding": module.weight[padding_idx].detach(),
        "different rows": len(module.weight.unique(dim=0)),
    }


def refuse(impl, num, dim, padding_idx):
    impl.Embedding(num, dim, padding_idx)


def without(weight, row):
    """The row of padding is zeros."""
    weight = weight.clone()
    weight[row] = 0
    return weight


def with_padding(ids, row, num):
    """The first and the last of each text are padding."""
    ids = ids.clone()
    ids[..., [0, -1]] = row % num
    return ids


def without_bounds(slopes):
    """What comes back to the first and the last of each text, which are padding, is no number."""
    slopes = slopes.clone()
    slopes[..., 0, :], slopes[..., -1, :] = math.inf, math.nan
    return slopes


# V, D, B and T are never the same number, so that no axis is taken for another.
V, D, B, T = between(12, 16), between(7, 9), between(2, 3), between(4, 6)
TABLE = normal(V, D)

LOOKUPS = [
    Case("texts of one length", look_up, weight=TABLE, ids=integers(B, T, high=V), edges=[{B: 1}, {D: 1}, {T: 1}]),
    Case("one text", look_up, weight=TABLE, ids=integers(T, high=V)),
    Case("a single id without axes", look_up, weight=TABLE, ids=integers(high=V)),
    Case("three axes, not contiguous", look_up, weight=TABLE, ids=integers(B, 2, T, high=V).transposed()),
    Case("no ids", look_up, weight=TABLE, ids=integers(B, 0, high=V)),
    Case(
        "gradients, each id once",
        differentiate,
        weight=normal(T, D),
        ids=normal(T).map(torch.argsort),
        slopes=normal(T, D),
    ),
    # More ids than rows: some come several times.
    Case(
        "gradients, the same ids several times",
        differentiate,
        weight=TABLE,
        ids=integers(B, 3 * T, high=V),
        slopes=normal(B, 3 * T, D),
    ),
    Case("a long text", look_up, weight=TABLE, ids=integers(10 + T, high=V), recall=True),
]

MIDDLE, LAST = between(2, 5), between(-5, -2)


def padded(row):
    """Texts that begin and end with padding, which is this row."""
    return {
        "weight": TABLE.map(without, row),
        "ids": integers(B, 2 * T, high=V).map(with_padding, row, V),
        "slopes": normal(B, 2 * T, D),
        "padding_idx": row,
    }


PADDED = [
    Case("in the middle", differentiate, **padded(MIDDLE), edges=[{"padding_idx": None}, {D: 1}]),
    Case("row 0", differentiate, **padded(0)),
    Case("counted from the end", differentiate, **padded(LAST)),
    Case("the last row, -1", differentiate, **padded(-1), edges=[{B: 1}]),
    Case(
        "a single id of padding",
        differentiate,
        weight=TABLE.map(without, MIDDLE),
        ids=MIDDLE + integers(high=1),
        slopes=normal(D),
        padding_idx=MIDDLE,
    ),
    Case(
        "infinite gradients come back to padding",
        differentiate,
        **{**padded(MIDDLE), "slopes": normal(B, 2 * T, D).map(without_bounds)},
    ),
    Case("a copy of the module", differentiate_a_copy, **padded(MIDDLE)),
]

NEW = [
    Case("row 0", num=V, dim=D, padding_idx=0),
    Case("in the middle", num=V, dim=D, padding_idx=MIDDLE),
    Case("counted from the end", num=V, dim=D, padding_idx=LAST),
    Case("the first row, counted from the end", num=V, dim=D, padding_idx=-V),
]

MANY = between(300, 400)
FIRST = [
    Case("without padding", num=MANY, dim=D),
    Case("with padding", num=MANY, dim=D, padding_idx=LAST),
]

REFUSED = [
    Case("one beyond the last row", num=V, dim=D, padding_idx=V),
    Case("far beyond it", num=V, dim=D, padding_idx=2 * V),
    Case("one before the first, counted from the end", num=V, dim=D, padding_idx=-1 - V),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", LOOKUPS, ids=str)
def test_vectors_and_gradients(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", PADDED, ids=str)
def test_padding(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", FIRST, ids=str)
def test_first_weights(check, case):
    check.moments(first_weights, case, expected=(0.0, 1.0))
    check.share(first_weights, case, expected=math.erf(math.sqrt(0.5)), of=within_one)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", NEW, ids=str)
def test_a_new_module(check, case):
    check.values(begin, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_row_that_is_none_is_refused(check, case):
    check.raises(ValueError, refuse, case)
