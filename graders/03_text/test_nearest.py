"""The rows of a table that point most nearly where a query does: order, ties, vectors of zeros, and lengths."""

import pytest
import torch
import torch.nn.functional as F

from kata.grading import Case, between, integers, normal, once, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2)

GAP = 0.06  # between any two cosines with a query: in half precision, a cosine strays by a sixth of it at most


def find(impl, query, table, k):
    scores, indices = impl.nearest(query, table, k)
    return {"scores": scores, "indices": indices}


def find_scores(impl, query, table, k):
    """All rows may be equally near to a query of zeros, and which of them are found is asked elsewhere."""
    return impl.nearest(query, table, k)[0]


def apart(candidates, query, rows, given):
    """So many rows, the `given` ones first, and then candidates whose cosines with each query are far from all others."""
    table = torch.cat([given, candidates])
    cosines = F.normalize(query.reshape(-1, query.shape[-1]), dim=-1) @ F.normalize(table, dim=-1).T  # (Q, candidates)
    kept = list(range(len(given)))
    for row in range(len(given), len(table)):
        if len(kept) == rows:
            break
        if ((cosines[:, row, None] - cosines[:, kept]).abs() > GAP).all():
            kept.append(row)
    return table[kept]


def stretched(x, exponents, base):
    """Vectors of other lengths."""
    return x * base**exponents


def of_either_size(exponents):
    """Each other vector is short, not long."""
    return exponents * (1.0 - 2.0 * (torch.arange(len(exponents)) % 2)).unsqueeze(1)


def with_zeros(rows, place):
    """A row of zeros between others."""
    return torch.cat([rows[:place], torch.zeros_like(rows[:1]), rows[place:]])


def zeros_for_the_second(query):
    return query * (torch.arange(len(query)) != 1).unsqueeze(1)


def zero_first(query):
    """The first number of each vector is 0."""
    return query * (torch.arange(query.shape[-1]) > 0)


def signs(*shape):
    """Vectors of 16 numbers, all 1 or -1, times a power of 2: their cosines are exact, and many are the same."""
    return (
        integers(*shape, 16, high=2)
        .map(lambda x: 2.0 * x - 1.0)
        .map(stretched, integers(*shape, 1, low=-2, high=3).map(torch.Tensor.double), 2.0)
    )


# No two of the sizes are the same, so that no axis is taken for another.
Q, K, N, D = between(2, 3), between(2, 4), between(7, 9), between(5, 6)
MANY = between(20, 28)
PLACE = between(1, 4)


def rows(query, number=N, width=D, given=None, spread=1.0):
    """A table of rows that are apart for this query, of lengths that say nothing of their cosines."""
    given = normal(0, width) if given is None else given
    return normal(800, width).map(apart, query, number, given).map(stretched, uniform(number, 1, low=-spread), 4.0)


ONE, SOME = once(normal(D)), once(normal(Q, D))
WIDE = once(normal(2, 10))

CASES = [
    Case("one query", query=ONE, table=rows(ONE), k=K, edges=[{K: 1}]),
    Case("some queries", query=SOME, table=rows(SOME), k=K, edges=[{Q: 1}, {K: 1}]),
    Case("one query, in a row of its own", query=ONE.map(torch.atleast_2d), table=rows(ONE), k=K),
    Case("all rows", query=SOME, table=rows(SOME), k=N, edges=[{Q: 1}]),
    Case("five of ten rows of ten numbers", query=WIDE, table=rows(WIDE, 10, 10), k=5, recall=True),
]

TIES = [
    Case("one query", query=signs(), table=signs(MANY), k=K + 3),
    Case("some queries", query=signs(Q), table=signs(MANY), k=MANY // 2),
    Case("all rows", query=signs(Q), table=signs(MANY), k=MANY),
]

# float16, on a card, has neither the numbers of some cases nor the 1e-8 and 1e-12 below which torch's own cosine_similarity
# and normalize let no length fall.
DTYPES = ["float32", "float64", "bfloat16"]

NOTHING = normal(1, D).map(torch.zeros_like)
ZEROS = [
    Case(
        "a row of zeros",
        find,
        query=SOME,
        # The others are far from 0, the cosine of this one.
        table=rows(SOME, given=NOTHING).map(lambda table: table[1:]).map(with_zeros, PLACE),
        k=N,
        dtypes=DTYPES,
    ),
    Case("a query of zeros", find_scores, query=NOTHING.map(torch.squeeze), table=normal(N, D), k=K, dtypes=DTYPES),
    Case(
        "a query of zeros among others",
        find_scores,
        query=SOME.map(zeros_for_the_second),
        table=rows(SOME),
        k=K,
        dtypes=DTYPES,
    ),
]

SPARSE = once(normal(Q, D).map(zero_first))
SHORT, LONG = {"low": -30.0, "high": -24.0}, {"low": 24.0, "high": 30.0}
LENGTHS = [
    Case(
        "short queries",
        query=SPARSE.map(stretched, uniform(Q, 1, **SHORT), 10.0),
        table=rows(SPARSE),
        k=K,
        dtypes=DTYPES,
    ),
    Case(
        "short rows",
        query=SOME,
        table=rows(SOME).map(stretched, uniform(N, 1, **SHORT), 10.0),
        k=N,
        dtypes=DTYPES,
    ),
    Case(
        "long queries and rows",
        query=SPARSE.map(stretched, uniform(Q, 1, **LONG), 10.0),
        table=rows(SPARSE).map(stretched, uniform(N, 1, **LONG), 10.0),
        k=K,
        dtypes=DTYPES,
    ),
    Case(
        "short beside long ones",
        query=SPARSE.map(stretched, uniform(Q, 1, **LONG).map(of_either_size), 10.0),
        table=rows(SPARSE).map(stretched, uniform(N, 1, **LONG).map(of_either_size), 10.0),
        k=N,
        dtypes=DTYPES,
    ),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_nearest_rows(check, case):
    check.values(find, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", TIES, ids=str)
def test_equal_scores(check, case):
    check.values(find, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", ZEROS, ids=str)
def test_vectors_of_zeros(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", LENGTHS, ids=str)
def test_very_short_and_very_long_vectors(check, case):
    check.values(find, case)
