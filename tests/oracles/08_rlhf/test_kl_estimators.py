"""The divergence and its estimates against plain Python and torch's distributions; the estimates on average."""

import math
from fractions import Fraction

import pytest
import torch
from torch.distributions import Categorical, kl_divergence

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)


def numbers(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def probabilities(row):
    weights = [math.exp(z - max(row)) for z in row]
    return [w / sum(weights) for w in weights]


@pytest.mark.parametrize("shape", [(1,), (6,), (2, 3, 5)])
def test_exact_kl(shape):
    logits, others = numbers(*shape, seed=1), numbers(*shape, seed=2)
    ours = SOLUTION.exact_kl(logits, others)
    rows = zip(logits.reshape(-1, shape[-1]).tolist(), others.reshape(-1, shape[-1]).tolist(), strict=True)
    pairs = [zip(probabilities(a), probabilities(b), strict=True) for a, b in rows]
    wanted = [sum(p * math.log(p / q) for p, q in pair) for pair in pairs]
    assert ours.flatten().tolist() == pytest.approx(wanted, rel=1e-11, abs=1e-14)
    theirs = kl_divergence(Categorical(logits=logits), Categorical(logits=others))
    torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-14)


def test_ruled_out():
    inf = math.inf
    logits = torch.tensor([[0.0, -inf, 0.0], [0.0, -inf, 0.0], [0.0, 0.0, 0.0], [1e4, 0.0, -1e4]], dtype=torch.float64)
    others = torch.tensor([[0.0, 0.0, 0.0], [0.0, -inf, 0.0], [0.0, -inf, 0.0], [-1e4, 0.0, 1e4]], dtype=torch.float64)
    logits.requires_grad_()
    ours = SOLUTION.exact_kl(logits, others)
    assert ours.tolist() == pytest.approx([math.log(1.5), 0.0, inf, 2e4], rel=1e-12)
    ours[:2].sum().backward()
    # An infinite divergence, as in the third row, has no gradient.
    assert logits.grad.tolist()[0] == pytest.approx([0.0] * 3, abs=1e-12) and logits.grad[:2].isfinite().all()


def test_gradient():
    logits, others = numbers(4, seed=3).requires_grad_(), numbers(4, seed=4).requires_grad_()
    kl = SOLUTION.exact_kl(logits, others)
    kl.backward()
    p, q = probabilities(logits.tolist()), probabilities(others.tolist())
    by_hand = [a * (math.log(a / b) - kl.item()) for a, b in zip(p, q, strict=True)]
    assert logits.grad.tolist() == pytest.approx(by_hand, rel=1e-11)
    assert others.grad.tolist() == pytest.approx([b - a for a, b in zip(p, q, strict=True)], rel=1e-11)


@pytest.mark.parametrize("r", [-50.0, -1.0, -1e-3, 0.0, 1e-3, 0.3, 50.0])
def test_estimates(r):
    logp = torch.tensor([-2.0, -100.0], dtype=torch.float64)
    k1, k2, k3 = SOLUTION.kl_estimates(logp, logp + r)
    exact = [Fraction(float(x)) for x in (logp + r) - logp]
    series = [sum(x**n / math.factorial(n) for n in range(2, 200)) for x in exact]
    assert k1.tolist() == [-float(x) for x in exact]
    assert k2.tolist() == pytest.approx([float(x * x / 2) for x in exact], rel=1e-14)
    assert k3.tolist() == pytest.approx([float(x) for x in series], rel=1e-9, abs=1e-14)


def test_right_on_average():
    logits, others = numbers(7, seed=5), numbers(7, seed=6)
    p, logp, ref_logp = logits.softmax(-1), logits.log_softmax(-1), others.log_softmax(-1)
    kl = SOLUTION.exact_kl(logits, others).item()
    k1, k2, k3 = ((p * k).sum().item() for k in SOLUTION.kl_estimates(logp, ref_logp))
    assert (k1, k3) == pytest.approx((kl, kl), rel=1e-11) and k2 != pytest.approx(kl, rel=1e-2)


@pytest.mark.parametrize(("given", "gives"), recorded("exact_kl"))
def test_exact_kl_is_that_of_trl(given, gives):
    agrees(SOLUTION.exact_kl(**given), gives)


@pytest.mark.parametrize(("given", "gives"), recorded("kl_estimates"))
def test_kl_estimates_are_those_of_trl(given, gives):
    k1, k2, _ = SOLUTION.kl_estimates(**given)
    agrees(k1, gives["k1"])
    agrees(k2, gives["k2"])
