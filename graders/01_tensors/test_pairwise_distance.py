"""Squared distances between all pairs of points, by broadcasting."""

import pytest
import torch

from kata.grading import Case, between, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["distances"])


def distances(impl, x, y):
    return impl.pairwise_sq_distance(x, y)


def distances_of_neighbours(impl, x, y):
    # The largest number sets how much is allowed, so those that are not near each other are left out.
    return impl.pairwise_sq_distance(x, y).diagonal()


def with_a_common_point(points):
    return torch.cat([torch.tensor([[1.0, 2.0, -3.0]]), points])


def all_at(points, halves):
    return torch.full_like(points, halves / 2)


def far_off(points):
    return 0.03 * points + 3e3


def in_two_places(points):
    sides = torch.tensor([1.0, -1.0]).repeat(len(points) // 2)
    return 0.03 * points + 3e3 * sides[:, None]


N, M, D = between(3, 6), between(2, 4), between(2, 4)
HALVES, MANY, PAIRS = between(20_000, 32_000), between(12, 15), between(3, 5)

CASES = [
    Case(
        "more points in one set than in the other",
        x=normal(N, D),
        y=normal(M, D),
        edges=[{N: 1}, {M: 1}, {N: 0}, {D: 1}],
    ),
    # Multiplied out, this is exactly 0 in float32, in whatever order the three terms are added up.
    Case("points beside others, at 10 000", x=normal(N, 1).map(all_at, HALVES), y=normal(M, 1).map(all_at, HALVES + 1)),
    # In float32 the distances are about 0.005, and multiplying out is off by several units, up or down. Of 144 some are
    # negative, which tells apart who cuts off at 0.
    Case("near each other, at 3000", x=normal(MANY, 3).map(far_off), y=normal(MANY, 3).map(far_off)),
    Case("seven points and five, on a line", x=normal(7, 1), y=normal(5, 1), recall=True),
    Case("one point and six, of five numbers each", x=normal(1, 5), y=normal(6, 5), recall=True),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(distances, case)


@pytest.mark.points(1)
def test_neighbours_in_two_places(check):
    points = normal(2 * PAIRS, 3).map(in_two_places)
    # Around the mean of all points, they are still far from the origin.
    pairs = Case("pairs at 3000 and at -3000", x=points, y=points)
    check.values(distances_of_neighbours, pairs)


@pytest.mark.points(3)
def test_gradients(check):
    points = normal(between(1, 4), 3).map(with_a_common_point)
    check.gradients(distances, Case("gradients, two points being equal", x=points, y=points))


@pytest.mark.points(2)
def test_no_loop(check):
    # The reference takes 4 operations. A loop takes at least 2 a turn, and here no axis is shorter than 20.
    check.cost(distances, Case("many points", x=normal(between(20, 23), 20), y=normal(between(24, 27), 20)), calls=8)
