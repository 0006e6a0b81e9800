"""Log-probabilities of labels and the entropy of logits: also far apart, ruled out, and their gradients."""

import math

import pytest
import torch

from kata.grading import Case, between, integers, normal, once

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def of_tokens(impl, logits, labels):
    return impl.token_log_probs(logits, labels)


def undecided(impl, logits):
    return impl.entropy(logits)


# B is never T, and V neither.
B, T, V = between(2, 3), between(4, 5), between(6, 9)

TOKENS = [
    Case(
        "some sequences",
        logits=normal(B, T, V, std=2.0),
        labels=integers(B, T, high=V),
        edges=[{B: 1}, {T: 1}, {V: 1}],
    ),
    Case("six long sequences", logits=normal(6, 8, 10), labels=integers(6, 8, high=10), recall=True),
]

ENTROPIES = [
    Case("some sequences", logits=normal(B, T, V, std=2.0), edges=[{B: 1}, {T: 1}, {V: 1}]),
    Case("one distribution", logits=normal(V, std=2.0)),
    Case("four axes", logits=normal(2, B, T, V, std=2.0)),
    Case("eleven distributions", logits=normal(11, 12), recall=True),
]


def far_apart(x):
    """10 000, 0 and -10 000 in any order."""
    return (x.argsort(-1).argsort(-1) - 1) * 1e4


def with_a_rival(x):
    """A fourth token, which at every second position ties with the largest."""
    far = far_apart(x)
    ties = torch.arange(far.shape[-2]) % 2 == 0
    return torch.cat([far, torch.where(ties, far.amax(-1), far.amin(-1)).unsqueeze(-1)], dim=-1)


def rule_out_the_last(logits):
    return torch.cat([logits[..., :-1], torch.full_like(logits[..., -1:], -math.inf)], dim=-1)


def sure_of_the_second(logits):
    """In the first sequence all tokens but the second are ruled out, in the others the last."""
    only = torch.full_like(logits[:1], -math.inf).index_copy(-1, torch.tensor([1]), logits[:1, ..., 1:2])
    return torch.cat([only, rule_out_the_last(logits[1:])])


def the_largest_or_another(logits):
    """The place of the largest in the first column, and another in the others."""
    return (logits.argmax(-1) + (torch.arange(logits.shape[1]) > 0)) % logits.shape[-1]


THREE = once(normal(B, T, 3).map(far_apart))
RULED_OUT = normal(B, T, V).map(sure_of_the_second)

EXTREME = [
    Case("log-probabilities", of_tokens, logits=THREE, labels=THREE.map(the_largest_or_another)),
    Case("entropies", undecided, logits=normal(B, T, 3).map(with_a_rival)),
    Case(
        "a label that is ruled out, and others",
        of_tokens,
        logits=normal(B, T, V).map(rule_out_the_last),
        labels=integers(B, T - 1, high=V).map(
            lambda x, last: torch.cat([x, torch.full_like(x[:, :1], last)], 1), V - 1
        ),
    ),
    Case("entropies with tokens ruled out", undecided, logits=RULED_OUT),
]

GRADIENTS = [
    Case("of log-probabilities", of_tokens, logits=normal(B, T, V), labels=integers(B, T, high=V)),
    Case(
        "of log-probabilities where another token is ruled out",
        of_tokens,
        logits=normal(B, T, V).map(rule_out_the_last),
        labels=integers(B, T, high=V - 1),
    ),
    Case("of entropies", undecided, logits=normal(B, T, V)),
    Case("of entropies with tokens ruled out", undecided, logits=RULED_OUT),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", TOKENS, ids=str)
def test_log_probabilities(check, case):
    check.values(of_tokens, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", ENTROPIES, ids=str)
def test_entropy(check, case):
    check.values(undecided, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", EXTREME, ids=str)
def test_logits_far_apart_or_infinite(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(case.scenario, case)
