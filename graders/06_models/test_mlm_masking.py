"""Masking: what may be chosen, how often it is, what becomes of it, and where all of it is drawn from."""

import pytest
import torch
from torch import Generator

from kata.grading import Case, between, integers

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=5, dtypes=["float32"])


def hide(impl, ids, mask_id, vocab_size, special_ids, **options):
    return impl.mask_tokens(ids, mask_id, vocab_size, special_ids, **options)


def labels_of_all(impl, ids, **options):
    """With p = 1, which leaves no label to chance."""
    return hide(impl, ids, **options, p=1.0)[1]


def special_inputs(impl, ids, special_ids, **options):
    """With p = 1, the inputs at special tokens, and 0 at all others."""
    inputs, _ = hide(impl, ids, special_ids=special_ids, **options, p=1.0)
    return inputs.where(torch.isin(ids, torch.tensor(special_ids, device=ids.device)), 0)


def inputs_of_all(impl, ids, **options):
    return hide(impl, ids, **options, p=1.0)[0]


def what_became_of_them(impl, ids, mask_id, **options):
    """0 for what is not chosen; of the rest 1 for what is masked, 2 for another word, 3 for what stays."""
    inputs, labels = hide(impl, ids, mask_id, **options)
    became = torch.where(inputs == mask_id, 1, torch.where(inputs == ids, 3, 2))
    return became.where(labels != -100, 0)


def how_often(_, ids, mask_id, vocab_size, special_ids, p=0.15):
    """A random id happens to be the mask's, or the one that was there, once in `vocab_size` each."""
    same = 0.1 * p / vocab_size
    return [1 - p, 0.8 * p + same, 0.1 * p - 2 * same, 0.1 * p + same]


def how_often_each_id(_, ids, mask_id, vocab_size, special_ids):
    """Where everything is chosen and was the same word."""
    share = torch.full((vocab_size,), 0.1 / vocab_size, dtype=torch.float64)
    share[mask_id] += 0.8
    share[ids.flatten()[0]] += 0.1
    return share.tolist()


def what_is_left_alone(impl, ids, mask_id, **options):
    """Of the places that are not chosen, whether their inputs stay; and the text, whoever writes into the results."""
    text, found = ids.clone(), {"not masked": True, "inputs": True, "text": True, "labels": True}
    for p in (0.0, 0.5):
        inputs, labels = hide(impl, ids, mask_id, **options, p=p)
        before, others = labels.clone(), labels == -100
        found["not masked"] &= not bool((inputs[others] == mask_id).any())
        found["inputs"] &= torch.equal(inputs[others], text[others])
        inputs.fill_(-7)
        found["labels"] &= torch.equal(labels, before)
        labels.fill_(-8)
        found["text"] &= torch.equal(ids, text)
    return found


def together(what):
    """Whether along one axis all are the same."""
    return any(bool((what == what.narrow(axis, 0, 1)).all()) for axis in range(what.dim()))


def what_goes_together(impl, ids, mask_id, p, **options):
    """Of twenty calls on the same word everywhere, what is the same in all of them, or all along an axis."""
    chosen = [hide(impl, ids, mask_id, **options, p=p)[1] != -100 for _ in range(20)]
    inputs = [hide(impl, ids, mask_id, **options, p=1.0)[0] for _ in range(20)]
    masked = [one == mask_id for one in inputs]
    words = inputs[0][(inputs[0] != mask_id) & (inputs[0] != ids)]
    return {
        "chosen": together(chosen[0]),
        "count": len({int(one.sum()) for one in chosen}) == 1,
        "masked": together(masked[0]),
        "masks": len({int(one.sum()) for one in masked}) == 1,
        "words": words.unique().numel() < 0.8 * words.numel(),
    }


def draw_from_generators(impl, ids, seed, **options):
    """Which draws are the same, with generators and without."""

    def seeded(number):
        return Generator(ids.device).manual_seed(number)

    def both(**source):
        return torch.stack(hide(impl, ids, **options, **source))  # (2, B, T): the inputs, the labels

    torch.manual_seed(seed)
    one, after = both(generator=seeded(seed)), torch.rand(9, device=ids.device)
    torch.manual_seed(seed)
    untouched = torch.equal(torch.rand(9, device=ids.device), after)
    again, generator = both(generator=seeded(seed)), seeded(seed)
    goes_on = not torch.equal(both(generator=generator), both(generator=generator))
    torch.manual_seed(seed)
    plain = [both() for _ in range(2)]
    torch.manual_seed(seed)
    return {
        "choice repeats": torch.equal(one[1], again[1]),
        "repeats": torch.equal(one[0], again[0]),
        "goes on": goes_on,
        "untouched": untouched,
        "plain repeats": torch.equal(both(), plain[0]),
        "plain goes on": not torch.equal(*plain),
    }


def some_of(ids, few):
    """Each other token of a text is one of a few."""
    numbers = torch.tensor(few)[torch.arange(ids.numel()) % len(few)].view(ids.shape)
    return ids.where(torch.arange(ids.shape[-1]) % 2 == 0, numbers)


def text(*shape, few=()):
    words = integers(*shape, low=1000, high=V)
    return words.map(some_of, few) if few else words


V, S = between(20_000, 30_000), between(1, 400)
A, B = between(2, 4), between(5, 8)
CLS, SEP, MASK = S, S + 200, S + 350  # not in a row, and in no order
KNOWN = {"mask_id": MASK, "vocab_size": V, "special_ids": [SEP, MASK, CLS]}
NONE_SPECIAL = {"mask_id": MASK, "vocab_size": V, "special_ids": []}

CHOICES = [
    Case("special tokens and others", ids=text(A, B, few=(CLS, SEP, MASK)), **KNOWN),
    Case("ids of 0, which are not special", ids=text(A, B, few=(0, SEP)), **KNOWN),
    Case("no id is special, that of the mask neither", ids=text(A, B, few=(0, MASK, SEP)), **NONE_SPECIAL),
    Case("one sequence", ids=text(B, few=(CLS, SEP)), **KNOWN),
    Case("nothing but special tokens", ids=text(A, 1, few=(CLS,)).map(lambda ids, cls: 0 * ids + cls, CLS), **KNOWN),
    Case("no sequences", ids=text(0, B), **KNOWN),
    Case("sequences of no tokens", ids=text(A, 0), **KNOWN),
    Case("three axes", ids=text(2, A, 9, few=(SEP, CLS)), **KNOWN, recall=True),
]

# What is chosen by chance is judged on many words, none of them special, and none of them the mask.
MANY = text(24, between(40, 50))

SHARES = [
    Case("p by default: 0 for not chosen, 1 for the mask, 2 for another word, 3 for as it was", ids=MANY, **KNOWN),
    Case(
        "a large p: 0 for not chosen, 1 for the mask, 2 for another word, 3 for as it was",
        ids=MANY,
        **KNOWN,
        p=between(0.7, 0.85),
    ),
    Case(
        "sequences of two: 0 for not chosen, 1 for the mask, 2 for another word, 3 for as it was",
        ids=text(between(400, 500), 2),
        **KNOWN,
    ),
]

FEW = between(4, 6)
SAME_WORD = between(1, FEW - 2)
SMALL = {"mask_id": FEW - 1, "vocab_size": FEW, "special_ids": [0, FEW - 1]}


def everywhere(word, *shape):
    return integers(*shape, low=word, high=word + 1)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", CHOICES, ids=str)
def test_labels_where_everything_is_chosen(check, case):
    check.values(labels_of_all, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", SHARES, ids=str)
def test_what_becomes_of_how_many(check, case):
    check.frequencies(what_became_of_them, case, expected=how_often)


@pytest.mark.points(1)
def test_random_ids_are_of_the_whole_vocabulary(check):
    case = Case("how often each id is put in the place of the same word", ids=everywhere(SAME_WORD, 24, 40), **SMALL)
    check.frequencies(inputs_of_all, case, expected=how_often_each_id)


@pytest.mark.points(1)
def test_each_position_is_drawn_by_itself(run):
    found = run(what_goes_together, ids=everywhere(S + 1000, 20, between(20, 24)), p=between(0.4, 0.6), **KNOWN)
    assert not found["chosen"], "all along one axis are chosen together"
    assert not found["count"], "the number of those that are chosen is the same in 20 calls"
    assert not found["masked"], "all along one axis are masked together"
    assert not found["masks"], "of those that are chosen, the same number is masked in 20 calls"
    assert not found["words"], "one random word is put in the place of several tokens"


@pytest.mark.points(1)
def test_generator(run):
    found = run(draw_from_generators, ids=text(20, 20), seed=between(1, 100_000), **KNOWN)
    assert found["choice repeats"], "generators with the same seed choose other positions"
    assert found["repeats"], "generators with the same seed choose the same positions, but give other inputs"
    assert found["goes on"], "a generator gives the same results again when it is used again"
    assert found["untouched"], "torch's global generator is used or seeded although another one is given"
    assert found["plain repeats"], "without a generator, the same `torch.manual_seed` gives other results"
    assert found["plain goes on"], "without a generator, the same results are drawn again and again"


@pytest.mark.points(2)
def test_what_is_not_chosen_stays(check, run):
    case = Case("every other token is special", ids=text(A, 4 * B, few=(CLS, MASK, SEP)), **KNOWN)
    check.values(special_inputs, case)
    found = run(what_is_left_alone, ids=text(10, 2 * B, few=(CLS, SEP)), **KNOWN)
    assert found["not masked"], "an input is masked where the label is -100"
    assert found["inputs"], "an input is changed where the label is -100"
    assert found["labels"], "the labels change when the inputs are written into: they share memory"
    assert found["text"], "`input_ids` changes when the results are written into: they share memory"
