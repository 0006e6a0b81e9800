"""Beam search against an exhaustive search and against greedy search, in float64."""

import itertools
import math

import pytest
import torch

from tests.conftest import reference

beam_search = reference(__file__).beam_search
V, MAX_LEN, BOS, EOS = 4, 5, 2, 1


class Model:
    """Log-probabilities drawn for each beginning when it is first asked for. One token in six cannot come."""

    def __init__(self, seed):
        self.generator, self.known = torch.Generator().manual_seed(seed), {}

    def __call__(self, tokens):
        key = tuple(tokens)
        if key not in self.known:
            logits = torch.randn(V, generator=self.generator, dtype=torch.float64)
            logits[torch.rand(V, generator=self.generator) < 1 / 6] = -math.inf
            self.known[key] = (logits.nan_to_num(neginf=-1e300)).log_softmax(-1).where(logits.isfinite(), -math.inf)
        return self.known[key]


def all_sequences():
    """Those that end in the first eos, and those of MAX_LEN tokens without one."""
    others = [token for token in range(V) if token != EOS]
    for length in range(MAX_LEN - 1):
        yield from ([BOS, *middle, EOS] for middle in itertools.product(others, repeat=length))
    yield from ([BOS, *middle] for middle in itertools.product(others, repeat=MAX_LEN - 1))


def score(model, tokens, alpha):
    total = sum(model(tokens[:n])[tokens[n]].item() for n in range(1, len(tokens)))
    return total / (len(tokens) - 1) ** alpha


@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0, 2.5])
@pytest.mark.parametrize("seed", range(8))
def test_a_wide_beam_finds_the_best(seed, alpha):
    model = Model(seed)
    best = max(all_sequences(), key=lambda tokens: score(model, tokens, alpha))
    tokens, found = beam_search(model, BOS, EOS, V**MAX_LEN, MAX_LEN, alpha)
    assert tokens == best
    assert found == pytest.approx(score(model, best, alpha), rel=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_a_beam_of_one_is_greedy(seed):
    model, greedy = Model(seed + 100), [BOS]
    while len(greedy) < MAX_LEN and greedy[-1] != EOS:
        greedy.append(int(model(greedy).argmax()))
    tokens, found = beam_search(model, BOS, EOS, 1, MAX_LEN)
    assert tokens == greedy
    assert found == pytest.approx(score(model, greedy, 0.0), rel=1e-12)


@pytest.mark.parametrize("beam_size", [2, 3])
def test_a_narrow_beam_finds_no_more_than_there_is(beam_size):
    missed = 0
    for seed in range(30):
        model = Model(seed + 200)
        best = max(score(model, tokens, 1.0) for tokens in all_sequences())
        tokens, found = beam_search(model, BOS, EOS, beam_size, MAX_LEN, 1.0)
        assert found == pytest.approx(score(model, tokens, 1.0), rel=1e-12)
        assert found <= best + 1e-12
        missed += found < best - 1e-9
    assert missed  # the search is a heuristic


def test_ties_go_to_the_lower_token():
    tokens, found = beam_search(lambda tokens: torch.full((V,), -0.5), BOS, EOS, 3, MAX_LEN, 1.0)
    assert (tokens, found) == ([BOS, 0, 0, 0, 0], -0.5)


def test_nothing_can_come():
    with pytest.raises(ValueError, match="cannot come"):
        beam_search(lambda tokens: torch.full((V,), -math.inf), BOS, EOS, 3, MAX_LEN)
