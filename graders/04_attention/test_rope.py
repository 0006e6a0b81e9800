"""Rotary position embedding: the tables, and what they do to queries and keys."""

import pytest
import torch

from kata.grading import Case, between, integers, normal, once

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def make_tables(impl, **arguments):
    return impl.rope_tables(**arguments)


def rotate(impl, x, cos, sin, **positions):
    # The tables are float32 whatever x is, and nothing is asked of their gradients.
    return impl.apply_rope(x, cos.detach().float(), sin.detach().float(), **positions)


def rotate_with_own_tables(impl, x, positions):
    cos, sin = impl.rope_tables(3000, x.shape[-1])
    return impl.apply_rope(x, cos.to(x.device), sin.to(x.device), positions=positions)


def tables(length, pairs=2):
    # How tables are made is for the student to find out, and so written otherwise here.
    angles = once(normal(length, pairs).map(lambda x: torch.cat([10 * x, 10 * x], dim=-1)))
    return {"cos": angles.map(torch.cos), "sin": angles.map(torch.sin)}


HALF, T, B, H = between(2, 5), between(3, 5), between(2, 3), between(2, 3)
L = T + between(1, 4)

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
TABLES = [
    Case("some positions", length=T, d=2 * HALF, dtypes=["float32"], edges=[{T: 1}, {HALF: 1}]),
    Case("another base", length=T, d=2 * HALF, base=between(20.0, 90.0), dtypes=["float32"]),
    Case("three positions, a width of 12, another base", length=3, d=12, base=500.0, dtypes=["float32"], recall=True),
]

# No float64: the tables are float32, so nothing finer can be asked.
DTYPES = ["float32", "bfloat16"]
D = 2 * HALF
VECTORS = [
    Case("one sequence", x=normal(T, D), **tables(T, HALF), dtypes=DTYPES, edges=[{T: 1}, {HALF: 1}]),
    Case(
        "longer tables",
        x=normal(T, D),
        **tables(L, HALF),
        dtypes=DTYPES,
        after={"positions": integers(T, high=L)},
    ),
    Case(
        "a batch with heads, not contiguous",
        x=normal(B, T, H, D).transposed(1, 2),
        **tables(L, HALF),
        dtypes=DTYPES,
        edges=[{B: 1}, {B: 0}],
    ),
    Case("three axes before the tokens", x=normal(2, 1, 3, 4, 6), **tables(11, 3), dtypes=DTYPES, recall=True),
]

POSITIONS = [
    Case(
        "the same for all",
        x=normal(T, H, T, D),
        **tables(L, HALF),
        positions=integers(T, high=L),
        dtypes=DTYPES,
    ),
    Case(
        "sequences without heads", x=normal(B, T, D), **tables(L, HALF), positions=integers(B, T, high=L), dtypes=DTYPES
    ),
    Case(
        "as many sequences as heads",
        x=normal(B, B, T, D),
        **tables(L, HALF),
        positions=integers(B, T, high=L),
        dtypes=DTYPES,
        edges=[{B: 1}, {T: 1}],
    ),
    Case(
        "two axes between sequences and positions",
        x=normal(B, B, 2, T, D),
        **tables(L, HALF),
        positions=integers(B, T, high=L),
        dtypes=DTYPES,
    ),
    Case(
        "four sequences, six tokens each",
        x=normal(4, 2, 6, 6),
        **tables(11, 3),
        positions=integers(4, 6, high=11),
        dtypes=DTYPES,
        recall=True,
    ),
]
GRADIENTS = Case("gradients", x=normal(B, T, D), **tables(T, HALF), dtypes=DTYPES)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", TABLES, ids=str)
def test_tables(check, case):
    check.values(make_tables, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", VECTORS, ids=str)
def test_rotation(check, case):
    check.values(rotate, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", POSITIONS, ids=str)
def test_positions(check, case):
    check.values(rotate, case)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(rotate, GRADIENTS)


@pytest.mark.points(1)
def test_scores_depend_on_the_relative_position_only(run, draw):
    q, k = (x.repeat(4, 1) for x in draw([normal(D), normal(D)]))
    start = torch.tensor([0, 100, 1000, 2900])
    q_turned = run(rotate_with_own_tables, x=q, positions=start + 5)
    k_turned = run(rotate_with_own_tables, x=k, positions=start + 2)
    lengths = q.norm(dim=-1)
    assert torch.allclose(q_turned.norm(dim=-1).double(), lengths, rtol=1e-3), "the length of a vector changes"
    scores = (q_turned * k_turned).sum(dim=-1)
    # An angle around 3000 is off by up to 0.0004 in float32; this allows 25 times as much.
    allowed = 0.01 * (lengths * k.norm(dim=-1)).max()
    off = (scores - scores[0]).abs().max()
    assert off < allowed, "the score of positions 5 and 2 is not that of positions 1005 and 1002, or of 2905 and 2902"
