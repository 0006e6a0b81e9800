"""Rotary position embedding: the tables, and what they do to queries and keys."""

import pytest
import torch

from kata.grading import Case, exactly, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def make_tables(impl, **arguments):
    return impl.rope_tables(**arguments)


def rotate(impl, x, cos, sin, **positions):
    # The tables are float32 whatever x is, and nothing is asked of their gradients.
    return impl.apply_rope(x, cos.detach().float(), sin.detach().float(), **positions)


def rotate_with_own_tables(impl, x, positions):
    cos, sin = impl.rope_tables(3000, x.shape[-1])
    return impl.apply_rope(x, cos.to(x.device), sin.to(x.device), positions=positions)


def tables(length):
    # For vectors of 4 numbers. How tables are made is for the student to find out, and so written otherwise here.
    angles = torch.tensor([[position, position / 100] * 2 for position in range(length)])
    return {"cos": exactly(angles.cos().tolist()), "sin": exactly(angles.sin().tolist())}


# For vectors of 6 numbers, at 11 positions.
ANGLES = torch.tensor([[position, position / 20, position / 400] * 2 for position in range(11)])
WIDER = {"cos": exactly(ANGLES.cos().tolist()), "sin": exactly(ANGLES.sin().tolist())}

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
TABLES = [
    Case("five positions", length=5, d=8, dtypes=["float32"]),
    Case("another base", length=5, d=6, base=50.0, dtypes=["float32"]),
    Case("three positions, a width of 12, another base", length=3, d=12, base=500.0, dtypes=["float32"], recall=True),
]

# No float64: the tables are float32, so nothing finer can be asked.
DTYPES = ["float32", "bfloat16"]
VECTORS = [
    Case("one sequence", x=normal(5, 4), **tables(5), dtypes=DTYPES),
    Case("longer tables", x=normal(3, 4), **tables(7), dtypes=DTYPES),
    Case("a batch with heads, not contiguous", x=normal(2, 5, 3, 4).transposed(1, 2), **tables(7), dtypes=DTYPES),
    Case("three axes before the tokens", x=normal(2, 1, 3, 4, 6), **WIDER, dtypes=DTYPES, recall=True),
]
POSITIONS = [
    Case("the same for all", x=normal(3, 2, 3, 4), **tables(7), positions=exactly([6, 1, 2]), dtypes=DTYPES),
    Case(
        "sequences without heads",
        x=normal(2, 3, 4),
        **tables(7),
        positions=exactly([[2, 3, 4], [0, 0, 1]]),
        dtypes=DTYPES,
    ),
    Case(
        "as many sequences as heads",
        x=normal(2, 2, 3, 4),
        **tables(7),
        positions=exactly([[2, 3, 4], [0, 0, 1]]),
        dtypes=DTYPES,
    ),
    Case(
        "two axes between sequences and positions",
        x=normal(2, 2, 2, 3, 4),
        **tables(7),
        positions=exactly([[2, 3, 4], [0, 0, 1]]),
        dtypes=DTYPES,
    ),
    Case(
        "three sequences, five tokens each",
        x=normal(3, 2, 5, 6),
        **WIDER,
        positions=exactly([[10, 0, 3, 3, 7], [1, 2, 3, 4, 5], [9, 8, 0, 6, 2]]),
        dtypes=DTYPES,
        recall=True,
    ),
]
GRADIENTS = Case("gradients", x=normal(2, 5, 4), **tables(5), dtypes=DTYPES)


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
    q, k = draw(normal(8)).repeat(4, 1), draw(normal(8)).repeat(4, 1)
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
