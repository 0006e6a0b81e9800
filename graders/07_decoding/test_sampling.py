"""Sampling: what temperature, top-k and top-p leave, equal logits, how often each token is drawn, and where from."""

import itertools
import math

import pytest
import torch
from torch import Generator

from kata.grading import Case, between, in_float64, integers, normal, once

# float64 has a test of its own: who filters in float32, as many do, loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=10, dtypes=["float32", "float16", "bfloat16"])


def filter_them(impl, logits, **knobs):
    return impl.filter_logits(logits, **knobs)


def seeded(logits, seed=None):
    """A generator with this seed, or one that torch's own generator gives: another for each call."""
    return Generator(logits.device).manual_seed(int(torch.randint(2**40, ())) if seed is None else seed)


def draw_one(impl, logits):
    return impl.sample(logits, seeded(logits))


def draw_many(impl, logits, count, **knobs):
    """So many tokens for each row, of the logits or of what the knobs leave of them."""
    kept = impl.filter_logits(logits, **knobs) if knobs else logits
    return impl.sample(kept.unsqueeze(1).repeat(1, count, 1), seeded(logits))  # (rows, count)


def how_often(impl, logits, count, **knobs):
    """The probabilities of the only row."""
    kept = impl.filter_logits(logits.double(), **knobs) if knobs else logits.double()
    return kept.softmax(dim=-1)[0].tolist()


def alike(tokens):
    """Whether two rows, which hold the same logits, get the same token."""
    return tokens[0] == tokens[1]


def how_often_alike(_, logits, count):
    return logits[0].double().softmax(dim=-1).square().sum().item()


def draw_from_generators(impl, logits, seed):
    """Which draws are the same, and whether torch's own generators are as they would be."""

    def later():
        return torch.cat([torch.rand(9, device=logits.device).cpu(), torch.rand(9)])

    torch.manual_seed(seed)
    one, after = impl.sample(logits, seeded(logits, seed)), later()
    torch.manual_seed(seed)
    untouched = torch.equal(later(), after)
    generator = seeded(logits, seed)
    again, more = (impl.sample(logits, generator) for _ in range(2))
    return {"repeats": torch.equal(one, again), "goes on": not torch.equal(again, more), "untouched": untouched}


def steps(x, size):
    """Logits in random order, each so much below the next larger one, about 0. All dtypes have them to the last bit."""
    return (x.argsort(-1).argsort(-1).double() - 3) * size


def one_step_a_row(x):
    """Rows in which the first few tokens have nearly everything, and rows in which all have much the same."""
    sizes = torch.tensor([0.25, 1.25, 0.5, 0.875, 0.375])[: len(x)].double()
    return steps(x, sizes.view(-1, *[1] * (x.dim() - 1)))


def in_pairs(x):
    """Logits of which each two are equal, the largest two first."""
    return x.argsort(-1).argsort(-1).add(x.shape[-1] % 2).div(2, rounding_mode="floor").double()


def three_left(x):
    """All but three tokens are ruled out."""
    return torch.where(x < x.topk(3).values[..., -1:], -math.inf, steps(x, 0.5))


def far_apart(x):
    """One token is at 10 000, the others at -10 000."""
    return torch.where(x == x.amax(-1, keepdim=True), 1e4, -1e4)


def hardly_one_left(x):
    """One token is at -10 000, the others are ruled out."""
    return torch.where(x == x.amax(-1, keepdim=True), -1e4, -math.inf)


def one_left(x):
    return torch.where(x == x.amax(-1, keepdim=True), x, -math.inf)


def all_but_one(x, size):
    """The token of the smallest number is ruled out."""
    return torch.where(x == x.amin(-1, keepdim=True), -math.inf, steps(x, size))


def off_the_sums(logits, low, high, temperature=1.0, k=None):
    """A p of this range, as far as can be from each sum that a row's probabilities have on the way."""
    largest = (logits / temperature).sort(dim=-1, descending=True).values[..., :k]
    sums = largest.softmax(-1).cumsum(-1).flatten()
    places = [low, *sorted(sum_ for sum_ in sums.tolist() if low < sum_ < high), high]
    start, end = max(itertools.pairwise(places), key=lambda pair: pair[1] - pair[0])
    return (start + end) / 2


B, T, V = between(2, 3), between(2, 4), between(6, 9)
ROWS = normal(B, V)
K = between(2, 4)
VARIED = once(normal(4, V).map(one_step_a_row))
HALVES = once(ROWS.map(steps, 0.5))
LEFT = once(ROWS.map(three_left))
COOL, HOT = between(0.3, 0.6), between(2.0, 3.0)

FILTERED = [
    Case("no knob is turned", logits=normal(B, T, V)),
    Case("a temperature below 1", logits=normal(B, T, V), temperature=COOL),
    Case("a temperature above 1", logits=normal(V), temperature=HOT),
    Case("top-k", logits=normal(B, T, V).map(one_step_a_row), top_k=K, edges=[{"top_k": 1}, {"top_k": 50}, {B: 1}]),
    Case(
        "top-p",
        logits=VARIED,
        top_p=VARIED.map(off_the_sums, 0.3, 0.95),
        edges=[{"top_p": 0.0}, {"top_p": 1.0}, {"top_p": 0.001}],
    ),
    Case(
        "top-p of a single row", logits=(ROW := once(normal(V).map(steps, 0.5))), top_p=ROW.map(off_the_sums, 0.5, 0.95)
    ),
    # Whoever adds up gets to 1 long before the last token.
    Case("top-p of 1, and a long tail", logits=ROWS.map(steps, 12.0), top_p=1.0),
    Case("a temperature of nearly 0", logits=normal(B, V, std=1e-3), temperature=between(1e-6, 9e-6)),
    # Of what top-k leaves, the most likely token has more than p; of all tokens it has not.
    Case("top-k, then top-p", logits=ROWS.map(steps, 0.125), top_k=between(2, 3), top_p=between(0.27, 0.34)),
    # The most likely token has more than p before the temperature, and less after it.
    Case(
        "temperature, then top-p",
        logits=(HOT_ROWS := once(ROWS.map(steps, 1.0))),
        temperature=HOT,
        top_p=HOT_ROWS.map(off_the_sums, 0.46, 0.6, HOT),
    ),
    Case(
        "all three on four axes",
        logits=(FOUR := once(normal(2, B, T, V).map(steps, 0.5))),
        temperature=COOL,
        top_k=K,
        top_p=FOUR.map(off_the_sums, 0.3, 0.9, COOL, K),
    ),
    Case("tokens that are ruled out, top-k", logits=ROWS.map(three_left), top_k=between(2, 5)),
    Case("tokens that are ruled out, top-p", logits=LEFT, top_p=LEFT.map(off_the_sums, 0.4, 0.9)),
    Case(
        "seven rows of 12 tokens",
        logits=(SEVEN := once(normal(7, 12).map(steps, 0.25))),
        temperature=1.5,
        top_k=9,
        top_p=SEVEN.map(off_the_sums, 0.3, 0.9, 1.5, 9),
        recall=True,
    ),
]

GREEDY = [
    Case("temperature 0", logits=normal(B, T, V), temperature=0.0),
    Case("temperature 0, with top-k and top-p", logits=ROWS, temperature=0, top_k=K, top_p=between(0.3, 0.9)),
    Case("temperature 0, equal logits", logits=integers(B, T, V, high=2).map(torch.Tensor.double), temperature=0.0),
    Case("temperature 0, tokens that are ruled out", logits=ROWS.map(three_left), temperature=0.0),
]

# Of each two that are equal, one would be enough.
EQUAL = [
    Case("equal logits, top-k", logits=ROWS.map(in_pairs), top_k=1 + 2 * between(0, 1)),
    Case("equal logits, top-p", logits=ROWS.map(in_pairs), top_p=between(0.05, 0.25)),
    Case("equal logits, a larger p", logits=ROWS.map(in_pairs), top_p=between(0.69, 0.735)),
    Case("all logits are equal", logits=ROWS.map(lambda x: 0 * x + 2), top_k=K, top_p=between(0.3, 0.9)),
]

SURE = [
    Case("one token is left", logits=normal(B, V).map(one_left), edges=[{B: 1}]),
    Case("one row", logits=normal(V).map(one_left)),
    Case("10 000 and -10 000", logits=normal(2, B, T, V).map(far_apart)),
    Case("-10 000, and the others are ruled out", logits=normal(2, B, T, V).map(hardly_one_left)),
    Case("six rows of ten tokens", logits=normal(6, 10).map(one_left), recall=True),
]

# So few tokens, of much the same probability, that a loop over the draws is quick enough.
COUNT = between(3000, 3500)
OFTEN = [
    Case("of all logits but one", logits=normal(1, 4).map(all_but_one, between(0.2, 0.3)), count=COUNT),
    Case(
        "of what temperature, top-k and top-p have left",
        logits=(MANY := once(normal(1, V).map(steps, 0.5))),
        count=COUNT,
        temperature=(WARM := between(1.5, 2.0)),
        top_k=4,
        top_p=MANY.map(off_the_sums, 0.65, 0.85, WARM, 4),
    ),
]
ALIKE = Case("two rows that hold the same", logits=normal(1, 4, std=0.7).map(lambda x: torch.cat([x, x])), count=COUNT)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", FILTERED, ids=str)
def test_what_is_left(check, case):
    check.values(filter_them, case)


@pytest.mark.points(0.5)
def test_float64(check):
    for case in in_float64(FILTERED[:5]):
        check.values(filter_them, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", GREEDY, ids=str)
def test_temperature_0(check, case):
    check.values(filter_them, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", EQUAL, ids=str)
def test_equal_logits(check, case):
    check.values(filter_them, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", SURE, ids=str)
def test_what_is_sure_to_be_drawn(check, case):
    check.values(draw_one, case)


@pytest.mark.points(2)
def test_how_often_each_token_is_drawn(check):
    for case in OFTEN:
        check.frequencies(draw_many, case, expected=how_often)
    check.share(draw_many, ALIKE, expected=how_often_alike, of=alike)


@pytest.mark.points(1)
def test_generator(run):
    found = run(draw_from_generators, logits=normal(20, between(20, 25)), seed=between(1, 100_000))
    assert found["repeats"], "generators with the same seed draw other tokens"
    assert found["goes on"], "a generator draws the same tokens again when it is used again"
    assert found["untouched"], "torch's global generator is used or seeded"
