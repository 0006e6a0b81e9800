"""Pairs of sentences: which are made, how many are true, where the second sentence comes from, and what is refused."""

import random

import pytest
import torch
from torch import Generator

from kata.grading import Case, between, integers

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=5, dtypes=["float32"])


def seeded(seed):
    return Generator().manual_seed(seed)


def pairs_of(impl, documents):
    """With a seed that torch's own generator gives, another one for each call."""
    return impl.make_nsp_pairs(documents, seeded(int(torch.randint(2**40, ()))))


def first_sentences(impl, documents):
    return [a for a, _, _ in pairs_of(impl, documents)]


def refused(impl, documents):
    """Refused with every seed of twenty; else whether there are pairs with one of them."""
    for seed in range(20):
        try:
            return bool(impl.make_nsp_pairs(documents, seeded(seed)))
        except ValueError:
            continue
    return bool(impl.make_nsp_pairs(documents, seeded(0)))


def are_next(impl, documents):
    return torch.tensor([bool(is_next) for _, _, is_next in pairs_of(impl, documents)])


def which_second(impl, documents):
    """Of the pairs of the second document, 0 for the next sentence, and else the id of the sentence."""
    few, many, *_ = documents
    pairs = pairs_of(impl, documents)[len(few) - 1 : len(few) + len(many) - 2]
    return torch.tensor([0 if is_next else b[0] for _, b, is_next in pairs])


def how_often_second(_, documents):
    few, many, *_ = documents
    return [0.5, *[0.25 / len(few)] * len(few), *[0.0] * len(many), 0.25]


def which_of_both(impl, documents):
    """Of the pairs of the first document, all of whose sentences are one: 0 for the next one, 1 for the same of the other
    document, 2 for the other sentence there."""
    first, _ = documents
    pairs = pairs_of(impl, documents)[: len(first) - 1]
    return torch.tensor([0 if is_next else 1 if b == first[0] else 2 for _, b, is_next in pairs])


def how_often_both(_, documents):
    return [0.5, 0.25, 0.25]


def one_document_twice(impl, documents):
    """The same list is two documents, since it stands in two places."""
    return first_sentences(impl, [documents[0], documents[0]])


def what_is_wrong(impl, documents):
    """What is found in the pairs of many calls. No sentence is in two documents, but some are twice in one."""
    home = {sentence[0]: place for place, document in enumerate(documents) for sentence in document}
    following = [sentence for document in documents for sentence in document[1:]]
    found = {"own": False, "not next": False, "tuples": True, "bools": True}
    for _ in range(40):
        for pair, right in zip(pairs_of(impl, documents), following, strict=False):
            a, b, is_next = pair
            found["own"] |= not is_next and home[a[0]] == home[b[0]]
            found["not next"] |= bool(is_next) and b != right
            found["tuples"] &= isinstance(pair, tuple)
            found["bools"] &= isinstance(is_next, bool)
    return found


def what_goes_together(impl, documents):
    """What is the same in each of twenty calls: all coins of a document, their sum, and the other documents."""
    home = {sentence[0]: place for place, document in enumerate(documents) for sentence in document}
    calls = [pairs_of(impl, documents) for _ in range(20)]
    by_document = [
        [pair for pair in pairs if home[pair[0][0]] == place] for pairs in calls for place in range(len(documents))
    ]
    return {
        "coins": all(len({pair[2] for pair in pairs}) == 1 for pairs in by_document),
        "sum": len({sum(pair[2] for pair in pairs) for pairs in calls}) == 1,
        "others": all(len({home[b[0]] for _, b, is_next in pairs if not is_next}) <= 1 for pairs in by_document),
    }


def draw_from_generators(impl, documents, seed):
    """Which pairs are the same, and which other generators are as they were."""
    before = torch.get_rng_state(), random.getstate()
    one = impl.make_nsp_pairs(documents, seeded(seed))
    untouched = {"torch": torch.equal(torch.get_rng_state(), before[0]), "random": random.getstate() == before[1]}
    torch.manual_seed(seed)
    random.seed(seed)
    generator = seeded(seed)
    again, later = (impl.make_nsp_pairs(documents, generator) for _ in range(2))
    return {"repeats": one == again, "goes on": again != later, **untouched}


def written(numbers, lengths, first=None):
    """Documents of so many sentences, no two of which begin alike."""
    start, *more = numbers.tolist()
    count = iter(range(start if first is None else first, 10**7))
    return [[[next(count), *more[: n % 4]] for n in range(length)] for length in lengths]


def twice(documents):
    """In each document, the third sentence is the first one again."""
    return [[*document[:2], *document[:1], *document[3:]] if len(document) > 2 else document for document in documents]


def all_the_same(documents):
    """Documents of as many sentences as before, and all of these are the very first one."""
    return [[list(documents[0][0]) for _ in document] for document in documents]


def the_same_and_another(documents):
    """All sentences of the first document are one; the other document has this one, too, and one more."""
    (same, *_), (*_, another) = documents
    return [[list(same) for _ in documents[0]], [list(same), another]]


def texts(*lengths, first=None):
    return integers(4, low=1000, high=10**6).map(written, lengths, first)


SHORT, LONG, MORE = between(2, 4), between(5, 9), between(10, 14)

ORDERS = [
    Case("two documents", first_sentences, documents=texts(LONG, SHORT)),
    Case("one sentence, and none", first_sentences, documents=texts(1, SHORT, 0, LONG, 1)),
    Case("two sentences and one", first_sentences, documents=texts(2, 1)),
    Case("a sentence that comes twice", first_sentences, documents=texts(LONG, LONG, SHORT).map(twice)),
    Case("four documents", first_sentences, documents=texts(SHORT, LONG, LONG, 2), recall=True),
]

NONE = [
    Case("no documents", pairs_of, documents=[], fixed="what is empty has nothing to draw"),
    Case("one document of one sentence", pairs_of, documents=texts(1)),
    Case("documents of one sentence, or none", pairs_of, documents=texts(1, 0, 1)),
    Case("documents without sentences", pairs_of, documents=[[], []], fixed="what is empty has nothing to draw"),
]

REFUSED = [
    Case("a single document", documents=texts(LONG)),
    Case("a single document, of two sentences", documents=texts(2)),
    Case("all other documents are empty", documents=texts(0, SHORT, 0)),
]

# Nearly all pairs are of the second document, so that few calls are enough. Those of the others are not looked at.
FEW, MANY = between(6, 8), between(220, 240)
SECOND = Case(
    "0 for the next sentence, else the id of the one that is drawn", documents=texts(FEW, MANY, 0, 1, first=1)
)

SAME = Case("all sentences of both documents are the same", documents=texts(MANY, MANY).map(all_the_same))


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", [*ORDERS, *NONE], ids=str)
def test_first_sentences(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
def test_second_sentences(run):
    found = run(what_is_wrong, documents=texts(MORE, 0, LONG, 1, MORE, SHORT).map(twice))
    assert found["tuples"], "a pair is no tuple"
    assert found["bools"], "`is_next` is no bool"
    assert not found["own"], "`is_next` is False, but the second sentence is of the same document"
    assert not found["not next"], "`is_next` is True, but the second sentence is not the next one"


@pytest.mark.points(2)
def test_how_often_each_sentence_is_drawn(check):
    check.frequencies(which_second, SECOND, expected=how_often_second)


LIKE_THE_NEXT = Case(
    "0 for the next sentence, 1 for one that reads like it, 2 for another",
    documents=texts(MANY, 2).map(the_same_and_another),
)


@pytest.mark.points(1)
def test_documents_that_hold_the_same(check):
    check.share(are_next, SAME, expected=0.5)
    check.frequencies(which_of_both, LIKE_THE_NEXT, expected=how_often_both)
    check.values(one_document_twice, Case("one list that is two documents", documents=texts(LONG)))


@pytest.mark.points(1)
def test_each_pair_is_drawn_by_itself(run):
    found = run(what_goes_together, documents=texts(MORE, MORE, MORE, MORE))
    assert not found["coins"], "either all pairs of a document are true, or none is"
    assert not found["sum"], "the number of true pairs is the same in 20 calls"
    assert not found["others"], "all false pairs of a document have their second sentence from one and the same"


@pytest.mark.points(1)
def test_generator(run):
    found = run(draw_from_generators, documents=texts(MORE, LONG, MORE), seed=between(1, 100_000))
    assert found["repeats"], "generators with the same seed give other pairs"
    assert found["goes on"], "a generator gives the same pairs again when it is used again"
    assert found["torch"], "torch's global generator is used or seeded"
    assert found["random"], "Python's `random` is used or seeded"


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_no_other_document(check, case):
    check.raises(ValueError, refused, case)
