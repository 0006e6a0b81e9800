"""Padding: the ids, the mask and the labels of sequences of any lengths."""

from functools import partial

import pytest
import torch
from torch.utils.data import DataLoader

from kata.grading import Case, between, integers

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def pad(impl, batch, **pad_id):
    return impl.pad_collate(batch, **pad_id)


def by_loader(impl, batch, pad_id):
    return list(DataLoader(batch, batch_size=2, collate_fn=partial(impl.pad_collate, pad_id=pad_id)))


def labels_share_memory(impl, batch):
    """Whether the inputs change when the labels are written into."""
    padded = impl.pad_collate(batch)
    before = padded["input_ids"].clone()
    padded["labels"].fill_(-7)
    return not torch.equal(padded["input_ids"], before)


def ids(length):
    return integers(length, low=1, high=1000)


def with_padding_inside(sequence, pad_id):
    """The first token and the last one have the id of padding."""
    return sequence.index_fill(0, torch.tensor([0, len(sequence) - 1]), pad_id)


def as_a_token(length, pad_id):
    return ids(length).map(with_padding_inside, pad_id)


SHORT, LONG, PAD = between(1, 3), between(4, 6), between(1, 999)

BATCHES = [
    Case("the second one is the longest", pad, batch=[ids(SHORT), ids(LONG), ids(SHORT)]),
    Case("another token for padding", pad, batch=[ids(LONG), ids(SHORT), ids(1)], pad_id=PAD + 1000),
    Case("an empty sequence", pad, batch=[ids(SHORT), ids(0), ids(LONG)], pad_id=PAD + 1000),
    Case("nothing to pad", pad, batch=[ids(LONG), ids(LONG)], pad_id=PAD + 1000),
    Case("a single sequence", pad, batch=[ids(LONG)]),
    Case("nothing but empty sequences", pad, batch=[ids(0), ids(0)], fixed="what is empty has nothing to draw"),
    Case(
        "batches of a DataLoader", by_loader, batch=[ids(SHORT), ids(LONG), ids(LONG), ids(1), ids(SHORT)], pad_id=PAD
    ),
    Case("seven sequences", pad, batch=[ids(between(0, 9)) for _ in range(6)] + [ids(10)], pad_id=PAD, recall=True),
    Case("long and short", pad, batch=[ids(1), ids(between(20, 30)), ids(2), ids(LONG)], recall=True),
]

TOKENS = [
    Case("a token with the id of padding", batch=[as_a_token(LONG, 0), as_a_token(SHORT, 0)], pad_id=0),
    Case("padded with the token that ends a text", batch=[as_a_token(SHORT, PAD), as_a_token(LONG, PAD)], pad_id=PAD),
]


@pytest.mark.points(7)
@pytest.mark.parametrize("case", BATCHES, ids=str)
def test_padding(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", TOKENS, ids=str)
def test_real_tokens_with_the_id_of_padding(check, case):
    check.values(pad, case)


@pytest.mark.points(1)
def test_labels_have_memory_of_their_own(run):
    shared = run(labels_share_memory, batch=[ids(LONG), ids(LONG)])
    assert not shared, "the inputs change when the labels are written into: they share memory"
