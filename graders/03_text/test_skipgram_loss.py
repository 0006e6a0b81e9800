"""The loss of skip-gram with negative sampling: its value, its three gradients, also at scores of 0, and large scores."""

import pytest
import torch

from kata.grading import Case, between, normal, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def loss(impl, center, context, negatives):
    return impl.skipgram_loss(center, context, negatives)


def loss_in_float16(impl, center, context, negatives):
    """On the CPU as well, where no case is in float16 by itself: of all dtypes, only in this one a sum is soon infinite."""
    return impl.skipgram_loss(center.half(), context.half(), negatives.half())


def of_either_sign(x):
    """Each other vector turned round; of a pair's negatives the first, or the second."""
    places = torch.arange(x.shape[0])
    if x.dim() == 3:
        places = places[:, None] + torch.arange(x.shape[1])
    return x * (1.0 - 2.0 * (places % 2)).unsqueeze(-1)


# No two of the sizes are the same, so that no axis is taken for another; but for one case, in which N is K.
N, K, D = between(5, 7), between(3, 4), between(8, 10)


def vectors(n=N, k=K, d=D, std=0.5):
    return {"center": normal(n, d, std=std), "context": normal(n, d, std=std), "negatives": normal(n, k, d, std=std)}


VALUES = [
    Case("some negatives for each pair", **vectors(), edges=[{N: 1}, {K: 1}, {D: 1}]),
    Case("as many negatives as pairs", **vectors(N, N)),
    Case("one pair", **vectors(n=1), edges=[{K: 1}]),
    Case("not contiguous", **{**vectors(), "negatives": normal(N, D, K).transposed()}),
    Case("no negatives", **vectors(k=0), edges=[{N: 1}]),
    Case("two pairs of twelve numbers, with seven negatives", **vectors(2, 7, 12), recall=True),
]

GRADIENTS = [
    Case("some negatives for each pair", **vectors()),
    Case("one negative for one pair", **vectors(1, 1)),
    Case("no negatives", **vectors(k=0)),
    Case("contexts of zeros", **{**vectors(), "context": normal(N, D).map(torch.zeros_like)}),
    Case(
        "all contexts are zeros, those of the negatives, too",
        center=normal(N, D),
        context=normal(N, D).map(torch.zeros_like),
        negatives=normal(N, K, D).map(torch.zeros_like),
    ),
]

# All numbers are of one sign at first, so that no score is near 0: there, rounding would decide on the slope.
POSITIVE = {"low": 30.0, "high": 50.0}
LARGE = [
    Case(
        "right and wrong",
        center=uniform(N, 4, **POSITIVE),
        context=uniform(N, 4, **POSITIVE).map(of_either_sign),
        negatives=uniform(N, K, 4, **POSITIVE).map(of_either_sign),
        dtypes=["float32", "float64", "bfloat16"],
    ),
]


# All answers are wrong: the losses of five pairs make more than the largest number of float16, 65504, and their mean does not.
FLOAT16 = Case(
    "float16, in which the sum over the pairs is infinite",
    center=uniform(N, 4, **POSITIVE),
    context=uniform(N, 4, **POSITIVE).map(torch.neg),
    negatives=uniform(N, K, 4, **POSITIVE),
    dtypes=["float32"],  # before it is cast
)


@pytest.mark.points(5)
@pytest.mark.parametrize("case", VALUES, ids=str)
def test_values(check, case):
    check.values(loss, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(loss, case)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_scores_of_thousands(check, case):
    check.gradients(loss, case)


@pytest.mark.points(0.5)
def test_a_mean_in_float16(check):
    check.values(loss_in_float16, FLOAT16)
