"""The references of 02_training/linear_regression: numpy's lstsq and plain Python, one number at a time."""

import numpy as np
import pytest
import torch

from kata.judge.reference import load_module
from tests.conftest import ROOT

PATH = ROOT / "solutions" / "02_training" / "linear_regression.py"
regression = load_module(PATH.read_text(encoding="utf-8"), str(PATH))


def draw(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def data(kind):
    x = draw(12, 3, seed=1)
    changed = {
        "full rank": x,
        "twice": torch.cat([x, x[:, 1:2]], 1),
        "zeros": torch.cat([x, torch.zeros(12, 1)], 1),
        "ones": torch.cat([torch.ones(12, 1), x], 1),
        "nothing but zeros": torch.zeros(12, 2),
        "few": draw(3, 7, seed=2),
        "one": draw(1, 4, seed=3),
        "no features": torch.zeros(5, 0),
    }[kind].double()
    return changed, draw(len(changed), seed=4) + 2


KINDS = ["full rank", "twice", "zeros", "ones", "nothing but zeros", "few", "one", "no features"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype, close", [(torch.float64, 1e-10), (torch.float32, 1e-4)])
def test_closed_form(kind, dtype, close):
    x, y = data(kind)
    w, b = regression.fit_closed_form(x.to(dtype), y.to(dtype))
    assert w.dtype == b.dtype == dtype and w.shape == (x.shape[1],) and b.shape == ()
    a = np.hstack([x.numpy(), np.ones((len(x), 1))])
    expected = np.linalg.lstsq(a, y.numpy(), rcond=1e-9)[0]  # LAPACK's gelsd: of least norm, whatever the rank
    assert np.allclose([*w.tolist(), b.item()], expected, rtol=close, atol=close)


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_many_steps_lead_to_the_closed_form(kind):
    x, y = data(kind)
    solved, descended = regression.fit_closed_form(x, y), regression.fit_gradient_descent(x, y, lr=0.05, steps=20_000)
    for one, other in zip(solved, descended, strict=True):
        assert torch.allclose(one, other, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("steps", [0, 1, 2, 7])
def test_gradient_descent(steps):
    x, y = data("full rank")
    rows, targets = x.tolist(), y.tolist()
    w, b = [0.0, 0.0, 0.0], 0.0
    for _ in range(steps):
        errors = [sum(p * q for p, q in zip(w, row, strict=True)) + b - t for row, t in zip(rows, targets, strict=True)]
        slopes = [sum(2 * e * row[d] for e, row in zip(errors, rows, strict=True)) / 12 for d in range(3)]
        w = [p - 0.1 * s for p, s in zip(w, slopes, strict=True)]
        b -= 0.1 * sum(2 * e for e in errors) / 12
    found, bias = regression.fit_gradient_descent(x, y, 0.1, steps)
    assert found.tolist() == pytest.approx(w, rel=1e-12)
    assert bias.item() == pytest.approx(b, rel=1e-12)
