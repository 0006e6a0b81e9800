"""The first weights: how far they spread, how they are distributed, where they are drawn from and written to."""

import math

import pytest
import torch
from torch import Generator, nn

from kata.grading import Case, between, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["initialisation"])


def fill(impl, name, t, **options):
    """What is in a tensor of zeros afterwards, whatever is returned."""
    t = torch.zeros_like(t)
    getattr(impl, name)(t, **options)
    return t


def deviation(_, name, t, gain=1.0):
    """Mean and standard deviation that are expected."""
    fan_in, fan_out = t[0].numel(), t[:, 0].numel()
    return (0.0, math.sqrt(2 / fan_in) if name == "kaiming_normal_" else gain * math.sqrt(2 / (fan_in + fan_out)))


def in_deviations(impl, name, t, **options):
    return fill(impl, name, t, **options) / deviation(impl, name, t, **options)[1]


def within_one(result):
    return result.abs() < 1


def is_beyond(impl, name, t, gain):
    """Of a uniform distribution, the bound is √3 standard deviations from the middle."""
    return bool((in_deviations(impl, name, t, gain=gain).abs() > math.sqrt(3) * (1 + 1e-6)).any())


def stays_near(impl, t):
    """Whether none of a million normal numbers lies beyond four standard deviations."""
    many = t.new_zeros(1000, 1000)
    return not bool((in_deviations(impl, KAIMING, many).abs() > 4).any())


def fill_a_part(impl, name, t):
    """A part of a larger tensor, which is not contiguous, with NaN in it or numbers."""
    numbers = t[1:-1, 1:].transpose(0, 1)
    before = numbers.clone()
    getattr(impl, name)(numbers)
    whole = torch.full_like(t, math.nan)
    part = whole[1:-1, 1:].transpose(0, 1)
    returned = getattr(impl, name)(part)
    finite, inside = whole.isfinite(), torch.zeros_like(t, dtype=torch.bool)
    inside[1:-1, 1:] = True
    return {
        "itself": returned is part,
        "filled": bool(finite[inside].all()),
        "left alone": not bool(finite[~inside].any()),
        "anew": bool((numbers != before).any()),
    }


def fill_a_parameter(impl, name, t):
    p = nn.Parameter(t)
    getattr(impl, name)(p)
    return p.is_leaf and p.requires_grad


def fill_from_generators(impl, name, t, seed):
    """Which draws are the same, with generators and without."""

    def seeded(number):
        return Generator(t.device).manual_seed(number)

    one = fill(impl, name, t, generator=seeded(seed))
    torch.manual_seed(seed + 1)
    again, generator = fill(impl, name, t, generator=seeded(seed)), seeded(seed)
    next_ones = [fill(impl, name, t, generator=generator) for _ in range(2)]
    torch.manual_seed(seed)
    untouched = torch.rand(9, device=t.device)
    torch.manual_seed(seed)
    fill(impl, name, t, generator=seeded(seed))
    untouched = torch.equal(torch.rand(9, device=t.device), untouched)
    torch.manual_seed(seed)
    plain = [fill(impl, name, t) for _ in range(2)]
    torch.manual_seed(seed)
    plain_again = fill(impl, name, t)
    return {
        "repeats": torch.equal(one, again),
        "goes on": not torch.equal(*next_ones),
        "untouched": untouched,
        "plain repeats": torch.equal(plain_again, plain[0]),
        "plain goes on": not torch.equal(*plain),
    }


def refuse(impl, name, t):
    getattr(impl, name)(t)


XAVIER, KAIMING = "xavier_uniform_", "kaiming_normal_"

# One fan is three times the other, so that neither is mistaken for the other or for their mean.
A, INPUTS = between(12, 20), between(3, 5)
WIDE, HIGH, IMAGE = normal(A, 3 * A), normal(3 * A, A), normal(A, 3 * A, 3, 2)

SPREADS = [
    Case("Xavier, more inputs than outputs", name=XAVIER, t=WIDE),
    Case("Xavier, more outputs than inputs", name=XAVIER, t=HIGH),
    Case("Xavier, a large gain", name=XAVIER, t=WIDE, gain=between(1.5, 2.5)),
    Case("Xavier, a convolution", name=XAVIER, t=IMAGE, gain=between(0.3, 0.6)),
    Case("Kaiming, more inputs than outputs", name=KAIMING, t=WIDE),
    Case("Kaiming, more outputs than inputs", name=KAIMING, t=HIGH),
    Case("Kaiming, a convolution", name=KAIMING, t=IMAGE),
    Case("Xavier, a convolution of texts", name=XAVIER, t=normal(3 * A, A, 5), gain=between(0.3, 0.6), recall=True),
    Case("Kaiming, a convolution of texts", name=KAIMING, t=normal(3 * A, A, 5), recall=True),
]

REFUSED = [
    Case("Xavier, a vector", name=XAVIER, t=normal(A)),
    Case("Xavier, a scalar", name=XAVIER, t=normal()),
    Case("Kaiming, a vector", name=KAIMING, t=normal(A)),
    Case("Kaiming, a scalar", name=KAIMING, t=normal()),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", SPREADS, ids=str)
def test_spread(check, case):
    check.moments(fill, case, expected=deviation)


@pytest.mark.points(1)
def test_xavier_is_uniform(check, run):
    case = Case("within one deviation", name=XAVIER, t=WIDE)
    check.share(in_deviations, case, expected=1 / math.sqrt(3), of=within_one)
    beyond = run(is_beyond, name=XAVIER, t=normal(100, 60), gain=between(0.5, 2.0))
    assert not beyond, "some numbers lie beyond the bounds"


@pytest.mark.points(1)
def test_kaiming_is_normal(check, run):
    case = Case("within one deviation", name=KAIMING, t=WIDE)
    check.share(in_deviations, case, expected=math.erf(math.sqrt(0.5)), of=within_one)
    # All of a million lie that near by chance less than once in 10²⁷ runs.
    assert not run(stays_near, t=normal(A, 3)), (
        "numbers far from 0 are cut off: none of a million is beyond four deviations"
    )


@pytest.mark.points(0.5)
def test_a_gain_of_0(check):
    case = Case("a gain of 0", name=XAVIER, t=normal(A, INPUTS), gain=0.0, edges=[{A: 1}, {INPUTS: 1}])
    check.values(fill, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("name", [XAVIER, KAIMING], ids=["Xavier", "Kaiming"])
def test_in_place(run, name):
    found = run(fill_a_part, name=name, t=normal(A, 5, 3), dtype="bfloat16")
    assert found["filled"], "a part of a larger tensor, full of NaN, is not filled with numbers"
    assert found["anew"], "a part of a larger tensor keeps the numbers that were in it"
    assert found["left alone"], "numbers outside of the part that is to be filled are changed"
    assert found["itself"], "what is returned is not t itself"


@pytest.mark.points(1)
@pytest.mark.parametrize("name", [XAVIER, KAIMING], ids=["Xavier", "Kaiming"])
def test_no_gradient_is_recorded(run, name):
    leaf = run(fill_a_parameter, name=name, t=normal(1, between(1, 6)))  # also of a layer with a single output
    assert leaf, "a parameter is no leaf that requires a gradient afterwards"


@pytest.mark.points(1)
@pytest.mark.parametrize("name", [XAVIER, KAIMING], ids=["Xavier", "Kaiming"])
def test_generator(run, name):
    found = run(fill_from_generators, name=name, t=normal(A, 3), seed=between(1, 100_000))
    assert found["repeats"], "generators with the same seed give other weights"
    assert found["goes on"], "a generator gives the same weights again when it is used again"
    assert found["untouched"], "torch's global generator is used or seeded although another one is given"
    assert found["plain repeats"], "without a generator, the same `torch.manual_seed` gives other weights"
    assert found["plain goes on"], "without a generator, the same weights are drawn again and again"


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_fewer_than_two_axes_are_refused(check, case):
    check.raises(ValueError, refuse, case)
