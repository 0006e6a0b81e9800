"""Pairs of sentences against a count of all that may come out, each with its exact probability."""

from collections import Counter
from fractions import Fraction

import pytest
import torch

from tests.conftest import reference

make_nsp_pairs = reference(__file__).make_nsp_pairs
DOCUMENTS = [[[1], [2, 2], [3]], [], [[4]], [[5], [6]], [[7], [8], [9], [7]]]
DRAWS = 20_000


def chances(documents, d, i):
    """The second sentences and labels that may come for this first one, by adding up over all draws."""
    chance = Counter({(str(documents[d][i + 1]), True): Fraction(1, 2)})
    others = [other for place, other in enumerate(documents) if place != d and other]
    for other in others:
        for sentence in other:
            chance[str(sentence), False] += Fraction(1, 2) / len(others) / len(other)
    assert sum(chance.values()) == 1
    return chance


def test_all_that_may_come_out():
    generator = torch.Generator().manual_seed(0)
    calls = [make_nsp_pairs(DOCUMENTS, generator) for _ in range(DRAWS)]
    places = [(d, i) for d, document in enumerate(DOCUMENTS) for i in range(len(document) - 1)]
    assert all(len(pairs) == len(places) for pairs in calls)
    for number, (d, i) in enumerate(places):
        drawn = [pairs[number] for pairs in calls]
        assert all(a == DOCUMENTS[d][i] for a, _, _ in drawn)
        expected = chances(DOCUMENTS, d, i)
        counted = Counter((str(b), is_next) for _, b, is_next in drawn)
        assert set(counted) == set(expected)
        for what, p in expected.items():
            assert abs(counted[what] - DRAWS * p) <= 5 * (DRAWS * float(p) * (1 - float(p))) ** 0.5


def test_pairs_are_independent_of_one_another():
    generator = torch.Generator().manual_seed(1)
    coins = torch.tensor([[is_next for *_, is_next in make_nsp_pairs(DOCUMENTS, generator)] for _ in range(DRAWS)])
    correlations = torch.corrcoef(coins.double().T) - torch.eye(coins.shape[1])
    assert correlations.abs().max() < 5 / DRAWS**0.5


@pytest.mark.parametrize("documents", [[[[1], [2]]], [[], [[1], [2], [3]], []]], ids=str)
def test_no_other_document(documents):
    for seed in range(20):
        with pytest.raises(ValueError):
            make_nsp_pairs(documents, torch.Generator().manual_seed(seed))
