"""Packed blocks are unpacked again: each document comes back whole, by its segment and its positions alone."""

import random

import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)
END = 3  # an id that documents hold, too


def some_documents(seed):
    source = random.Random(seed)
    return [[source.randrange(6) for _ in range(source.randrange(7))] for _ in range(source.randrange(6))]


def unpacked(input_ids, position_ids, segment_ids):
    """The documents, each with its end, put together by segment and position."""
    places = {}
    for token, place, segment in zip(
        *(rows.flatten().tolist() for rows in (input_ids, position_ids, segment_ids)), strict=True
    ):
        if segment >= 0:
            assert (segment, place) not in places
            places[segment, place] = token
    documents = [[] for _ in range(max((segment for segment, _ in places), default=-1) + 1)]
    for (segment, place), token in sorted(places.items()):
        assert place == len(documents[segment])
        documents[segment].append(token)
    return documents


@pytest.mark.parametrize("block_size", [1, 2, 3, 5, 8, 40])
@pytest.mark.parametrize("seed", range(12))
def test_all_documents_come_back(seed, block_size):
    documents = some_documents(seed)
    packed = SOLUTION.pack(documents, block_size, END)
    assert unpacked(*packed) == [[*document, END] for document in documents]
    total = sum(len(document) + 1 for document in documents)
    for rows in packed:
        assert rows.dtype == torch.int64 and rows.dim() == 2 and rows.shape[1] == block_size
        assert 0 <= rows.numel() - total < block_size


@pytest.mark.parametrize("block_size", [1, 4, 7])
@pytest.mark.parametrize("seed", range(12))
def test_what_is_filled_and_in_which_order(seed, block_size):
    documents = some_documents(seed)
    input_ids, position_ids, segment_ids = (rows.flatten() for rows in SOLUTION.pack(documents, block_size, END))
    total = sum(len(document) + 1 for document in documents)
    assert (input_ids[total:] == END).all() and (position_ids[total:] == 0).all() and (segment_ids[total:] == -1).all()
    assert segment_ids[:total].tolist() == sorted(segment_ids[:total].tolist())
    steps = (segment_ids[:total].diff() == 0) == (position_ids[:total].diff() == 1)
    assert steps.all()
