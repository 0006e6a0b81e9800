"""The first weights against torch.nn.init, which draws the same numbers from the same seed."""

import pytest
import torch
from torch import Generator, nn

from tests.conftest import reference

SOLUTION = reference(__file__)
SHAPES = [(1, 1), (3, 5), (5, 3), (4, 2, 3), (4, 2, 3, 2), (2, 3, 2, 1, 2)]


def filled(fill, shape, dtype, **options):
    t = torch.empty(shape, dtype=dtype)
    assert fill(t, generator=Generator().manual_seed(0), **options) is t
    return t


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_torch(shape, dtype):
    for gain in (1.0, 0.3, 2.0):
        theirs = filled(nn.init.xavier_uniform_, shape, dtype, gain=gain)
        torch.testing.assert_close(filled(SOLUTION.xavier_uniform_, shape, dtype, gain=gain), theirs)
    theirs = filled(nn.init.kaiming_normal_, shape, dtype, nonlinearity="relu")
    torch.testing.assert_close(filled(SOLUTION.kaiming_normal_, shape, dtype), theirs)


@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
def test_as_torch_refuses(shape):
    for module in (SOLUTION, nn.init):
        for name in ("xavier_uniform_", "kaiming_normal_"):
            with pytest.raises(ValueError):
                getattr(module, name)(torch.empty(shape))
