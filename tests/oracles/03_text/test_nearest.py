"""The nearest rows against Python's own sort of cosines in exact fractions, and scores against numpy."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from tests.conftest import reference

nearest = reference(__file__).nearest


def rank(q, row):
    """A number that is ordered as the cosine is, without a root: its square, with its sign."""
    dot = sum(a * b for a, b in zip(q, row, strict=True))
    lengths = sum(a * a for a in q) * sum(b * b for b in row)
    return Fraction(dot * abs(dot), lengths) if lengths else Fraction(0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("seed", range(20))
def test_order_by_fractions(seed, dtype):
    """Small whole numbers: of two cosines that are not equal none is near the other, but equal ones may be rounded apart."""
    g = torch.Generator().manual_seed(seed)
    queries, table = (torch.randint(-2, 3, (rows, 4), generator=g) for rows in (3, 40))
    scores, indices = nearest(queries.to(dtype), table.to(dtype), 40)
    assert indices.sort(dim=-1).values.tolist() == [list(range(40))] * 3
    for q, order in zip(queries.tolist(), indices.tolist(), strict=True):
        found = [rank(q, table[row].tolist()) for row in order]
        assert found == sorted(found, reverse=True)
    assert (scores.diff(dim=-1) <= 0).all()


@pytest.mark.parametrize("k", [1, 5, 24])
def test_ties_by_sorted(k):
    """Signs: cosines are exact, so rows of equal ones come in their order."""
    g = torch.Generator().manual_seed(k)
    queries, table = (torch.randint(0, 2, (rows, 16), generator=g) * 2 - 1 for rows in (3, 24))
    scores, indices = nearest(queries.float(), table.float(), k)
    cosines = (queries @ table.T / 16).tolist()
    expected = [sorted(range(24), key=lambda i, row=row: (-row[i], i))[:k] for row in cosines]
    assert indices.tolist() == expected
    assert scores.tolist() == [[row[i] for i in order] for row, order in zip(cosines, expected, strict=True)]


@pytest.mark.parametrize("scale", [1e-30, 1e-6, 1.0, 1e30])
@pytest.mark.parametrize("shape", [(6,), (1, 6), (3, 6)], ids=str)
def test_scores_by_numpy(shape, scale):
    rng = np.random.default_rng(0)
    query, table = rng.normal(size=shape), rng.normal(size=(9, 6))
    cosines = query @ table.T / np.linalg.norm(query, axis=-1, keepdims=True) / np.linalg.norm(table, axis=-1)
    order = np.argsort(-cosines, axis=-1)[..., :4]
    scores, indices = nearest(torch.tensor(query * scale).float(), torch.tensor(table * scale).float(), 4)
    assert indices.tolist() == order.tolist()
    np.testing.assert_allclose(scores, np.take_along_axis(cosines, order, axis=-1), atol=1e-6)


def test_zeros():
    table = torch.tensor([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    scores, indices = nearest(torch.tensor([[1.0, 0.0], [0.0, 0.0]]), table, 4)
    assert indices.tolist() == [[2, 1, 3, 0], [0, 1, 2, 3]]
    assert scores.tolist() == [[1, 0, 0, -1], [0, 0, 0, 0]]
