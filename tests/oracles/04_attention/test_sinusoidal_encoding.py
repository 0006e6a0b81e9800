"""The encoding against the formula, one number at a time, and against its property."""

import math

import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)


@pytest.mark.parametrize("length, d_model, base", [(1, 2, 10000.0), (7, 10, 10000.0), (10_001, 8, 10000.0), (5, 4, 3)])
def test_each_number(length, d_model, base):
    encoding = SOLUTION.sinusoidal_encoding(length, d_model, base)
    assert encoding.shape == (length, d_model) and encoding.dtype == torch.float32
    for t in range(0, length, max(1, length // 50)):
        for column in range(d_model):
            angle = t / math.pow(base, (column - column % 2) / d_model)
            wanted = math.cos(angle) if column % 2 else math.sin(angle)
            assert encoding[t, column].item() == pytest.approx(wanted, abs=1e-7)


def test_a_step_is_a_rotation():
    encoding = SOLUTION.sinusoidal_encoding(100, 6).double()
    frequencies = torch.tensor([1.0, 10000 ** (-1 / 3), 10000 ** (-2 / 3)], dtype=torch.float64)
    sin, cos = encoding[:, 0::2], encoding[:, 1::2]
    turned = sin[:-7] * (7 * frequencies).cos() + cos[:-7] * (7 * frequencies).sin()
    torch.testing.assert_close(turned, sin[7:], rtol=0, atol=1e-6)


def test_an_odd_width():
    with pytest.raises(ValueError, match="even"):
        SOLUTION.sinusoidal_encoding(4, 3)
