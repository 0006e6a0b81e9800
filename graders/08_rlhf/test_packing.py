"""Packing: what is in the blocks, which place of its document each token has, and which document it is of."""

import pytest
import torch

from kata.grading import Case, between, integers

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def input_ids(impl, documents, block_size, eos_id):
    return impl.pack(documents, block_size, eos_id)[0]


def position_ids(impl, documents, block_size, eos_id):
    return impl.pack(documents, block_size, eos_id)[1]


def segment_ids(impl, documents, block_size, eos_id):
    return impl.pack(documents, block_size, eos_id)[2]


def all_three(impl, documents, block_size, eos_id):
    return impl.pack(documents, block_size, eos_id)


def ids(length):
    """A document of a large vocabulary, without the end-of-text token."""
    return integers(length, low=1, high=100_000).map(torch.Tensor.tolist)


def with_end(length, eos_id):
    """A document that has the end-of-text token first, in the middle, and last."""
    return ids(length).map(lambda some, more, end: [end, *some, end, *more, end], ids(length), eos_id)


SHORT, LONG, END = between(1, 3), between(5, 9), between(100_000, 199_999)
BLOCK = between(4, 6)

CASES = [
    Case(
        "several documents in a block",
        documents=[ids(SHORT + 1), ids(SHORT), ids(LONG)],
        block_size=2 * SHORT + LONG + BLOCK + 2,
        eos_id=END,
    ),
    Case(
        "documents across blocks",
        documents=[ids(LONG), ids(SHORT), ids(LONG + 1), ids(SHORT + 1)],
        block_size=BLOCK,
        eos_id=END,
        edges=[{BLOCK: 1}, {BLOCK: 2}],
    ),
    Case("documents of many blocks", documents=[ids(LONG + 9), ids(3 * LONG)], block_size=SHORT + 1, eos_id=END),
    Case(
        "three blocks that are just filled",
        documents=[ids(BLOCK + 1), ids(2 * BLOCK - 3 - SHORT), ids(SHORT - 1)],
        block_size=BLOCK,
        eos_id=END,
    ),
    Case("each document fills a block", documents=[ids(BLOCK - 1), ids(BLOCK - 1)], block_size=BLOCK, eos_id=END),
    Case("one place is left", documents=[ids(LONG), ids(SHORT)], block_size=LONG + SHORT + 3, eos_id=END),
    Case(
        "the last end is in a block of its own",
        documents=[ids(SHORT), ids(LONG)],
        block_size=LONG + SHORT + 1,
        eos_id=END,
    ),
    Case("empty documents", documents=[[], ids(SHORT), [], [], ids(LONG), []], block_size=BLOCK, eos_id=END),
    Case(
        "end-of-text tokens in the texts",
        documents=[with_end(SHORT, END), ids(SHORT), with_end(SHORT, END)],
        block_size=BLOCK,
        eos_id=END,
    ),
    Case("eos_id = 0", documents=[ids(SHORT), ids(LONG)], block_size=BLOCK, eos_id=0),
    Case("one document", documents=[ids(LONG)], block_size=BLOCK + 9, eos_id=END),
    Case("seven documents", documents=[ids(between(3, 12)) for _ in range(7)], block_size=10, eos_id=END, recall=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_ids(check, case):
    check.values(input_ids, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_positions(check, case):
    check.values(position_ids, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_segments(check, case):
    check.values(segment_ids, case)


@pytest.mark.points(1)
def test_no_documents(check):
    check.values(all_three, Case("no documents", documents=[], block_size=between(2, 99), eos_id=END))
