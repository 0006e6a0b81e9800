"""The loss of direct preference optimisation: margins, label smoothing, far apart, and at the beginning."""

import pytest

from kata.grading import Case, between, integers, normal, once

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def compare(impl, policy_chosen, policy_rejected, ref_chosen, ref_rejected, **options):
    return impl.dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, **options)


def loss_alone(impl, policy_chosen, policy_rejected, ref_chosen, ref_rejected, **options):
    """Without the margins, of which the statement leaves open whether they carry a gradient."""
    loss, _ = impl.dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, **options)
    return loss


def thousands(x):
    """-10 000, 0 and 10 000."""
    return x * 1e4


def odd_thousands(x):
    """-5000 and 5000, so that no margin is 0: that has a test of its own."""
    return x * 1e4 - 5e3


NAMES = ["policy_chosen", "policy_rejected", "ref_chosen", "ref_rejected"]
N = between(5, 8)
BETA, SMOOTHING = between(0.3, 0.9), between(0.1, 0.4)
PAIRS = {name: normal(N, std=2.0) for name in NAMES}
LARGE = {
    "policy_chosen": integers(2 * N, high=2).map(odd_thousands),
    **{name: integers(2 * N, low=-1, high=2).map(thousands) for name in NAMES[1:]},
}
POLICY, OTHER = once(normal(N)), once(normal(N))
START = {"policy_chosen": POLICY, "policy_rejected": OTHER, "ref_chosen": POLICY, "ref_rejected": OTHER}

CASES = [
    Case("with a beta", **PAIRS, beta=BETA, edges=[{N: 1}]),
    Case("neither beta nor smoothing given", **PAIRS),
    Case("seventeen pairs", **{name: normal(17) for name in NAMES}, beta=0.25, recall=True),
]

SMOOTH = [
    Case("with a beta, too", **PAIRS, beta=BETA, label_smoothing=SMOOTHING, edges=[{N: 1}]),
]

SUMS = ["float32", "float64", "bfloat16"]  # of these losses are too large for float16
FAR = [
    Case("without smoothing", **LARGE, beta=BETA, dtypes=SUMS),
    Case("with smoothing", **LARGE, beta=BETA, label_smoothing=SMOOTHING, dtypes=SUMS),
]

EQUAL = Case("the policy is the reference", **START, beta=BETA)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(compare, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", SMOOTH, ids=str)
def test_label_smoothing(check, case):
    check.values(compare, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", FAR, ids=str)
def test_far_apart_and_gradients(check, case):
    check.gradients(loss_alone, case)


@pytest.mark.points(1)
def test_gradients_at_the_beginning(check):
    check.gradients(loss_alone, EQUAL)
