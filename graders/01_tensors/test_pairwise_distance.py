"""Squared distances between all pairs of points, by broadcasting."""

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, exactly, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*cdist*"])


def distances(impl, x, y):
    return impl.pairwise_sq_distance(x, y)


def distances_of_neighbours(impl, x, y):
    # The largest number sets how much is allowed, so those that are not near each other are left out.
    return impl.pairwise_sq_distance(x, y).diagonal()


def with_a_common_point(points):
    return torch.cat([torch.tensor([[1.0, 2.0, -3.0]]), points])


def far_off(points):
    return 0.03 * points + 3e3


def in_two_places(points):
    sides = torch.tensor([1.0, -1.0]).repeat(len(points) // 2)
    return 0.03 * points + 3e3 * sides[:, None]


CASES = [
    Case("four points and two", x=normal(4, 3), y=normal(2, 3)),
    # Multiplied out, this is exactly 0 in float32, in whatever order the three terms are added up.
    Case("one point beside one other, at 10 000", x=exactly([[10000.5]]), y=exactly([[10001.0]])),
    # In float32 the distances are about 0.005, and multiplying out is off by several units, up or down. Of 144 some are
    # negative, which tells apart who cuts off at 0.
    Case("near each other, at 3000", x=normal(12, 3).map(far_off), y=normal(12, 3).map(far_off)),
    Case("seven points and five, on a line", x=normal(7, 1), y=normal(5, 1), recall=True),
    Case("one point and six, of five numbers each", x=normal(1, 5), y=normal(6, 5), recall=True),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(distances, case)


@pytest.mark.points(1)
def test_neighbours_in_two_places(check):
    # Around the mean of all points, they are still far from the origin.
    pairs = Case("pairs at 3000 and at -3000", x=normal(6, 3).map(in_two_places), y=normal(6, 3).map(in_two_places))
    check.values(distances_of_neighbours, pairs)


@pytest.mark.points(3)
def test_gradients(check):
    points = normal(2, 3).map(with_a_common_point)
    check.gradients(distances, Case("gradients, two points being equal", x=points, y=points))


@pytest.mark.points(2)
def test_no_loop(check):
    # The reference takes 4 operations. A loop takes at least 2 a turn, and here no axis is shorter than 20.
    check.cost(distances, Case("many points", x=normal(20, 20), y=normal(24, 20)), calls=8)


HINTS = [
    "Which shape has the tensor that holds every difference x[i, k] - y[j, k]? Which of its three axes does `x` lack?",
    (
        "In the formula, i and j stand on the left and stay; k is summed over. To be lined up with (M, D), which shape must "
        "`x` have, so that broadcasting repeats each of its points M times?"
    ),
    (
        "Two lines: the differences, (N, M, D), of `x` with a new axis of size 1 in its middle and `y` as it is; their "
        "squares, summed over the last axis."
    ),
]

ALSO_RIGHT = [
    Variant(
        "einsum of the differences with themselves",
        body="""
        import torch
        differences = y.unsqueeze(0) - x.unsqueeze(1)
        return torch.einsum("nmd,nmd->nm", differences, differences)
        """,
    ),
    Variant(
        "every pair in a row of its own",
        body="""
        (N, D), M = x.shape, y.size(0)
        left = x.repeat_interleave(M, dim=0)
        right = y.repeat(N, 1)
        squares = (left - right) ** 2
        return squares.sum(1).view(N, M)
        """,
    ),
    Variant(
        "the coordinates first, in float64 and in place",
        body="""
        columns = x.double().T[:, :, None].expand(-1, -1, len(y)).clone()
        columns -= y.double().T.unsqueeze(1)
        columns.pow_(2)
        return columns.sum(dim=0).to(x.dtype)
        """,
    ),
    Variant(
        "one distance, mapped twice",
        body="""
        import torch
        distance = lambda a, b: (a - b).dot(a - b)
        return torch.vmap(lambda a: torch.vmap(lambda b: distance(a, b))(y))(x)
        """,
    ),
    Variant(
        "the square of torch's norm",
        body="""
        import torch
        return torch.linalg.vector_norm(x[:, None] - y[None], dim=2).square()
        """,
    ),
]

MISTAKES = [
    Variant(
        "the root is taken",
        was="differences.square().sum(dim=-1)",
        becomes="differences.norm(dim=-1)",
        hint="Is the distance asked for, or its square?",
    ),
    Variant(
        "absolute values instead of squares",
        was="square()",
        becomes="abs()",
        hint="What happens to each difference before they are summed?",
    ),
    Variant(
        "the mean instead of the sum",
        was="sum(dim=-1)",
        becomes="mean(dim=-1)",
        hint="Does the formula divide by D?",
    ),
    Variant(
        "the sum is squared, not the differences",
        was="differences.square().sum(dim=-1)",
        becomes="differences.sum(dim=-1).square()",
        hint="Can the differences 1 and -1 cancel? Which comes first, the square or the sum?",
    ),
    Variant(
        "the wrong axis is summed over",
        was="sum(dim=-1)",
        becomes="sum(dim=1)",
        hint="Which of i, j and k is the sum over? Which axis of (N, M, D) is that?",
    ),
    Variant(
        "rows and columns are swapped",
        was="sum(dim=-1)",
        becomes="sum(dim=-1).T",
        hint="Which of the two sets of points belongs to the rows?",
    ),
    Variant(
        "points are paired one by one",
        was="x[:, None, :] - y",
        becomes="x - y",
        hint="Row i of `x` meets row i of `y` only. Which new axis lets it meet all of them?",
    ),
    Variant(
        "axes of size 1 get lost",
        was="sum(dim=-1)",
        becomes="sum(dim=-1).squeeze()",
        hint="Which shape should the result have for N = M = 1?",
    ),
    Variant(
        "the square is multiplied out",
        body="""
        return x.square().sum(1)[:, None] - 2 * x @ y.T + y.square().sum(1)
        """,
        hint="What is left of seven digits when two numbers of the size of 10 million are subtracted, and differ by 10?",
    ),
    Variant(
        "the square is multiplied out, and cut off at 0",
        body="""
        return (x.square().sum(1)[:, None] - 2 * x @ y.T + y.square().sum(1)).clamp(min=0)
        """,
        hint="Nothing is negative any more, but is the distance right? Compare it with that of the same points moved to the "
        "origin.",
    ),
    Variant(
        "the square is multiplied out in float64",
        body="""
        a, b = x.double(), y.double()
        return (a.square().sum(1)[:, None] - 2 * a @ b.T + b.square().sum(1)).clamp(min=0).to(x.dtype)
        """,
        hint="That helps float32. Which dtype helps points that come in float64?",
    ),
    Variant(
        "the square is multiplied out around the mean of the points",
        body="""
        import torch
        centre = torch.cat([x, y]).mean(dim=0)
        a, b = x - centre, y - centre
        return (a.square().sum(1)[:, None] - 2 * a @ b.T + b.square().sum(1)).clamp(min=0)
        """,
        hint="That helps points that are all in one place. What if half of them are at 3000, and the others at -3000?",
    ),
    Variant(
        "a small number is added to each difference",
        was="- y",
        becomes="- y + 1e-6",
        hint="`F.pairwise_distance` adds 1e-6 to each difference. What should the distance of two equal points be?",
    ),
    Variant(
        "the root is taken and squared again",
        was="differences.square().sum(dim=-1)",
        becomes="differences.square().sum(dim=-1).sqrt().square()",
        hint="What is the slope of the root at 0, and what is 0 times that?",
    ),
    Variant(
        "no gradient reaches `y`",
        was="- y",
        becomes="- y.detach()",
        hint="Both points can move. Which of them does `detach` nail down?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="x[:, None, :] - y",
        becomes="x[:, None, :].float() - y.float()",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the points are moved in place",
        was="differences = x",
        becomes="centre = x.detach().mean(dim=0)\n"
        "    x, y = (p - centre if p.requires_grad else p.sub_(centre) for p in (x, y))\n    differences = x",
        hint="`x -= centre` writes into a tensor. Whose is it?",
    ),
    Variant(
        "a loop over the points",
        body="""
        import torch
        return torch.stack([(point - y).square().sum(dim=-1) for point in x])
        """,
        hint="Each turn of the loop costs as much as a whole tensor. Which axis could stand for the loop?",
    ),
    Variant(
        "a loop over the coordinates",
        body="""
        total = 0
        for k in range(x.shape[1]):
            total = total + (x[:, k, None] - y[:, k]) ** 2
        return total
        """,
        hint="A broadcast for each coordinate, and a loop over them. Can one broadcast take all the coordinates along?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "y minus x",
        was="x[:, None, :] - y",
        becomes="y - x[:, None, :]",
        reason="a difference and its opposite have the same square",
    ),
]
