"""Windows of a sequence: how many there are, where each begins, and what an index means."""

from itertools import islice

import pytest
from torch.utils.data import DataLoader

from kata.grading import Case, between, integers

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def by_index(impl, tokens, block_size, **stride):
    dataset = impl.WindowDataset(tokens, block_size, **stride)
    return {"len": len(dataset), "windows": [dataset[k] for k in range(len(dataset))]}


def by_iteration(impl, tokens, block_size, **stride):
    """As `for` takes them: until `IndexError` is raised, or for a little longer if it is not."""
    dataset = impl.WindowDataset(tokens, block_size, **stride)
    return list(islice(dataset, len(dataset) + 2))


def by_loader(impl, tokens, block_size, **stride):
    dataset = impl.WindowDataset(tokens, block_size, **stride)
    return list(DataLoader(dataset, batch_size=2, shuffle=True))


def beside_another(impl, tokens, block_size, stride):
    """The windows of one data set when a second one has been made since."""
    first = impl.WindowDataset(tokens, block_size, stride)
    second = impl.WindowDataset(tokens.flip(0), block_size + 1)
    return [{"len": len(one), "windows": [one[k] for k in range(len(one))]} for one in (first, second)]


def from_the_end(impl, tokens, block_size, **stride):
    dataset = impl.WindowDataset(tokens, block_size, **stride)
    return [dataset[-1 - k] for k in range(len(dataset))]


def behind_the_last(impl, tokens, block_size, by):
    dataset = impl.WindowDataset(tokens, block_size)
    return dataset[len(dataset) - 1 + by]


def before_the_first(impl, tokens, block_size):
    dataset = impl.WindowDataset(tokens, block_size)
    return dataset[-1 - len(dataset)]


def make(impl, tokens, block_size, **stride):
    impl.WindowDataset(tokens, block_size, **stride)


# Windows of T tokens, close together or far apart, and more than one of them after the first.
T, NEAR, FAR, MORE = between(3, 6), between(1, 2), between(8, 9), between(2, 4)


def ids(number):
    return integers(number, high=1000)


WINDOWS = [
    Case("nothing is left", by_index, tokens=ids(T + 1 + MORE * T), block_size=T),
    Case("one token is missing for one more", by_index, tokens=ids(T + MORE * T), block_size=T),
    Case("windows that overlap", by_index, tokens=ids(T + 1 + MORE * NEAR), block_size=T, stride=NEAR),
    Case("windows far apart", by_index, tokens=ids(T - 1 + MORE * FAR), block_size=T, stride=FAR),
    Case("just enough for one window", by_index, tokens=ids(T + 1), block_size=T),
    Case("windows of one token", by_index, tokens=ids(T + MORE), block_size=1, stride=NEAR),
    Case("batches of a DataLoader", by_loader, tokens=ids(T + 1 + MORE * NEAR), block_size=T, stride=NEAR),
    Case("two data sets at once", beside_another, tokens=ids(T + 1 + MORE * T), block_size=T, stride=NEAR),
    Case(
        "long windows", by_index, tokens=ids(60 + MORE), block_size=between(11, 14), stride=between(3, 5), recall=True
    ),
    Case("a stride of seven", by_iteration, tokens=ids(80 + MORE), block_size=between(16, 18), stride=7, recall=True),
]

INDICES = [
    Case("counted from the end", from_the_end, tokens=ids(T + 1 + MORE * NEAR), block_size=T, stride=NEAR),
    Case("a loop over all of them", by_iteration, tokens=ids(T + 1 + MORE * NEAR), block_size=T, stride=NEAR),
]

NO_WINDOW = [
    Case("behind the last one", behind_the_last, tokens=ids(T + 2 + MORE * T), block_size=T, by=1),
    Case("far behind the last one", behind_the_last, tokens=ids(T + 2 + MORE * T), block_size=T, by=MORE),
    Case("before the first one", before_the_first, tokens=ids(T + 2 + MORE * T), block_size=T),
]

REFUSED = [
    Case("no tokens", tokens=ids(0), block_size=between(2, 9)),
    Case("one token too few", tokens=ids(T), block_size=T, stride=NEAR),
    Case("a stride of 0", tokens=ids(3 * T), block_size=T, stride=0),
    Case("a stride below 0", tokens=ids(3 * T), block_size=T, stride=-NEAR),
    Case("windows of no tokens", tokens=ids(T), block_size=0, stride=1),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", WINDOWS, ids=str)
def test_windows(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", INDICES, ids=str)
def test_indices(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", NO_WINDOW, ids=str)
def test_an_index_beyond_either_end(check, case):
    check.raises(IndexError, case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_too_few_tokens_and_impossible_sizes_are_refused(check, case):
    check.raises(ValueError, make, case)
