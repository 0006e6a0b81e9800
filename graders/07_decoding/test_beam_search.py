"""Beam search: wide and narrow beams, what becomes of finished hypotheses, lengths, ties, and calls of the model."""

import math
from operator import itemgetter

import pytest
import torch

from kata.grading import Case, between, coin, once, uniform

# The order of two sums must not be a matter of rounding: all log-probabilities are float32.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])

V, L = 4, 5
FAR = 85  # hypotheses of less than L tokens, each a row of a table
LETTERS = "abcE"  # names of tokens in the trees below: E ends a sequence


class StepFn:
    """Log-probabilities from a table that has a row for each hypothesis, and the hypotheses that were asked for."""

    def __init__(self, table):
        self.table, self.calls = table, []

    def __call__(self, tokens):
        self.calls.append(tokens[:])
        return self.table[row_of(tokens[1:]) % len(self.table)].clone()

    def sum_of(self, tokens):
        return sum(float(self.table[row_of(tokens[1:n])][tokens[n]]) for n in range(1, len(tokens)))


def row_of(tokens):
    row = 0
    for token in tokens:
        row = row * V + token + 1
    return row


def search(impl, table, **options):
    tokens, score = impl.beam_search(StepFn(table), **options)
    return {"tokens": tokens, "score": score}


def look_at_calls(impl, table, bos_id, eos_id, beam_size, max_len):
    """What hypotheses the model is asked for that it should not be."""
    step_fn = StepFn(table)
    impl.beam_search(step_fn, bos_id, eos_id, beam_size, max_len)
    calls = step_fn.calls
    lists = all(isinstance(call, list) and all(type(token) is int for token in call) for call in calls)
    calls = [[int(token) for token in call] for call in calls]
    lengths = [len(call) for call in calls]
    return {
        "lists": lists,
        "finished": any(eos_id in call[1:] for call in calls),
        "long": any(length >= max_len for length in lengths),
        "impossible": any(step_fn.sum_of(call) == -math.inf for call in calls if len(call) < L),
        "again": any(call in calls[:place] for place, call in enumerate(calls)),
        "dropped": any(lengths.count(length) > beam_size for length in lengths),
    }


def in_steps(x):
    """Numbers whose sums float32 has exactly, so that the order of two sums is nobody's rounding."""
    return (x * 1024).round() / 1024


def log_probabilities(x):
    return in_steps(x.log_softmax(-1))


def planted(far, order, tree):
    """A table that is far below 0, from -9 to -7, but where a tree of letters says what a token has after others."""
    return _planted(far, order, tree, 1.0, 0.03 * (far + 8))


def exactly_planted(far, order, tree, scale):
    """The same with numbers that are equal where the tree's are. The letters' tokens rise, which decides ties."""
    return _planted(far, rising(order), tree, scale, torch.zeros_like(far))


def _planted(far, order, tree, scale, jitter):
    table, ids = far.clone(), dict(zip(LETTERS, order, strict=True))
    for path, following in tree.items():
        row = row_of([ids[letter] for letter in path])
        for letter, log_p in following.items():
            table[row, ids[letter]] = scale * log_p + jitter[row, ids[letter]]
    return in_steps(table)


def rising(order):
    return [*sorted(order[:3]), order[3]]


def hardly_possible(table):
    """Far below every number that somebody might take for minus infinity; a power of two leaves all sums exact."""
    return table * 2.0**100


def without(table, possible):
    return table.where(possible, -math.inf)


ORDER = once(uniform(V).map(lambda x: x.argsort().tolist()))
BOS, EOS = ORDER.map(itemgetter(0)), ORDER.map(itemgetter(3))
ALPHA = between(0.6, 1.4)
TABLE = uniform(FAR, V, high=3.0).map(log_probabilities)
MORE = uniform(FAR + 4, V, high=3.0).map(log_probabilities)
SOMETIMES = TABLE.map(without, coin(FAR, V))
FAR_BELOW = uniform(FAR, V, low=-9.0, high=-7.0)
NEVER = dict.fromkeys(LETTERS, -math.inf)


def tokens(table=TABLE, eos_id=EOS):
    return {"table": table, "bos_id": BOS, "eos_id": eos_id}


def tree(following):
    """A tree that is planted. Its letters are other tokens for each seed."""
    return tokens(FAR_BELOW.map(planted, ORDER, following))


def ties(following):
    return tokens(FAR_BELOW.map(exactly_planted, ORDER, following, between(3, 8) / 4))


CASES = [
    Case(
        "a beam wide enough for all",
        **tokens(),
        max_len=L,
        beam_size=between(110, 150),
        edges=[{"max_len": 1}, {"max_len": 2}],
    ),
    Case("a beam of one", **tokens(), max_len=L, beam_size=1, edges=[{"max_len": 3}]),
    Case("a beam of two or three", **tokens(), max_len=L, beam_size=between(2, 3), edges=[{"max_len": 4}]),
    Case(
        "a beam wider than the vocabulary",
        **tree(
            {
                "": {"a": -0.5, "b": -0.6, "c": -0.7},
                "a": {"a": -0.1, "b": -0.2, "c": -0.3},
                "b": {"a": -0.4},
                "c": {"b": -2.0},
                "cb": {"E": -0.1},
            }
        ),
        max_len=L,
        beam_size=between(5, 7),
    ),
    Case("the first token is the one that ends a sequence", **tokens(eos_id=BOS), max_len=L, beam_size=between(2, 4)),
    Case("half of all tokens cannot come", **tokens(SOMETIMES), max_len=L, beam_size=between(110, 150)),
    Case(
        "all tokens are as good as impossible, and half of them are impossible",
        **tokens(SOMETIMES.map(hardly_possible)),
        max_len=L,
        beam_size=between(2, 4),
    ),
    Case(
        "the second token of a beam of two leads to the best",
        **tree({"": {"a": -0.5, "b": -0.9}, "a": {"E": -2.2}, "b": {"E": -0.2}}),
        max_len=L,
        beam_size=2,
    ),
    Case(
        "a beam of two misses the best",
        **tree(
            {
                "": {"a": -0.3, "b": -1.8},
                "a": {"a": -0.7, "b": -0.8},
                "b": {"b": -0.5},
                "aa": {"E": -3.4},
                "ab": {"E": -2.9},
                "bb": {"E": -0.1},
            }
        ),
        max_len=L,
        beam_size=2,
    ),
    Case("a beam of four, a length penalty", **tokens(MORE), max_len=L, beam_size=4, length_penalty=ALPHA, recall=True),
]

FINISHED = [
    Case(
        "the first two that are finished are not the best",
        **tree({"": {"a": -0.3, "E": -1.6}, "a": {"E": -1.3, "b": -0.5}, "ab": {"E": -0.2}}),
        max_len=L,
        beam_size=2,
    ),
    Case(
        "a finished one is best, and two others were better once",
        **tree({"": {"a": -0.3, "E": -1.6}, "a": {"b": -0.5, "c": -0.6}}),
        max_len=L,
        beam_size=2,
    ),
    Case(
        "one that is not finished is best",
        **tree({"": {"a": -0.3, "E": -2.5}, "a": {"b": -0.3}, "ab": {"c": -0.3}, "abc": {"a": -0.3}}),
        max_len=L,
        beam_size=2,
    ),
    Case(
        "a finished one, and nothing can come after the other",
        **tree({"": {"a": -0.3, "E": -1.6}, "a": NEVER}),
        max_len=L,
        beam_size=2,
    ),
    Case(
        "nothing comes after the end, whatever the model says of it",
        **tree({"": {"a": -0.3, "E": -0.4}, "E": {"a": -0.1, "b": -0.1}, "a": {"b": -0.5}, "ab": {"E": -0.1}}),
        max_len=L,
        beam_size=2,
        length_penalty=between(0.95, 1.05),
    ),
    Case(
        "the place of a finished one is not filled up",
        **tree({"": {"c": -0.1}, "c": {"a": -0.4, "E": -1.1, "b": -1.25}, "ca": {"E": -2.5}, "cb": {"E": -0.05}}),
        max_len=L,
        beam_size=2,
        length_penalty=between(0.95, 1.05),
    ),
    Case(
        "the place of a finished one is there again in the next step",
        **tree({"": {"c": -0.1}, "c": {"a": -0.3, "E": -1.2}, "ca": {"b": -0.4, "c": -1.2}, "cac": {"E": -0.05}}),
        max_len=L,
        beam_size=2,
        length_penalty=between(0.95, 1.05),
    ),
]

LATER = {"": {"a": -0.4, "b": -0.6}, "a": {"b": -0.4}, "b": {"E": -0.6}, "ab": {"c": -0.4}, "abc": {"E": -0.4}}

PENALTIES = [
    Case(
        "a long one and a short one, with a penalty",
        **tree(LATER),
        max_len=L,
        beam_size=2,
        length_penalty=ALPHA,
        edges=[{"max_len": 1}],
    ),
    Case("a long one and a short one, without a penalty", **tree(LATER), max_len=L, beam_size=2),
    Case("a wide beam, a penalty", **tokens(), max_len=L, beam_size=between(110, 150), length_penalty=ALPHA),
    Case("a large penalty", **tokens(), max_len=L, beam_size=2, length_penalty=between(2.0, 3.0)),
]

TIES = [
    Case(
        "two first tokens alike",
        **ties({"": {"a": -1.0, "b": -1.0}, "a": {"E": -1.0}, "b": {"E": -1.0}}),
        max_len=L,
        beam_size=1,
    ),
    Case(
        "two that differ in the first token are alike, and only one has room",
        **ties(
            {
                "": {"b": -0.5, "a": -1.0},
                "b": {"b": -0.75, "c": -1.0},
                "a": {"c": -0.5},
                "bb": {"E": -3.0},
                "bc": {"E": -0.125},
                "ac": {"E": -0.25},
            }
        ),
        max_len=L,
        beam_size=2,
    ),
    Case(
        "in the end, the longer one has the lower token",
        **ties({"": {"a": -0.5, "b": -0.5}, "a": {"c": -0.5}, "b": {"E": -1.0}, "ac": {"E": -0.5}}),
        max_len=L,
        beam_size=3,
    ),
    Case(
        "in the end, the shorter one has the lower token",
        **ties({"": {"a": -0.5, "b": -0.5}, "b": {"c": -0.5}, "a": {"E": -1.0}, "bc": {"E": -0.5}}),
        max_len=L,
        beam_size=3,
    ),
    Case(
        "in the end, one that is not finished has the lower token",
        **ties({"": {"a": -0.5, "b": -0.5}, "a": {"c": -1.0}, "b": {"E": -1.0}}),
        beam_size=3,
        max_len=3,
    ),
]

# One token alone can come at first, so there is room for a second; later there are more than have room, and an end.
FEW_WAYS = {"": {**NEVER, "a": -0.3}, "a": {"a": -1.0, "b": -0.3, "c": -0.8, "E": -0.5}}

REFUSED = [
    Case("nothing can come at all", **tree({"": NEVER}), max_len=L, beam_size=between(2, 9)),
    Case(
        "nothing can come after the one that was kept",
        **tree({"": {"a": -0.3, "b": -0.6}, "a": NEVER}),
        max_len=L,
        beam_size=1,
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_wide_and_narrow(check, case):
    check.values(search, case)


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", FINISHED, ids=str)
def test_finished_hypotheses(check, case):
    check.values(search, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PENALTIES, ids=str)
def test_length_penalty(check, case):
    check.values(search, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", TIES, ids=str)
def test_ties(check, case):
    check.values(search, case)


@pytest.mark.points(1)
def test_calls_of_the_model(run):
    found = run(look_at_calls, **tree(FEW_WAYS), beam_size=2, max_len=between(4, L))
    assert found["lists"], "`step_fn` is called with something else than a list of int"
    assert not found["again"], "`step_fn` is called twice for the same hypothesis"
    assert not found["finished"], "`step_fn` is called for a hypothesis that is finished"
    assert not found["long"], "`step_fn` is called for a hypothesis that has `max_len` tokens"
    assert not found["impossible"], "`step_fn` is called for a hypothesis with a token that cannot come"
    assert not found["dropped"], "`step_fn` is called for more than `beam_size` hypotheses of one length"


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_nothing_can_come(check, case):
    check.raises(ValueError, search, case)
