"""gelu against torch."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

SOLUTION = reference(__file__)


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu(approximate):
    x = torch.linspace(-12, 12, 201, dtype=torch.float64)
    x = torch.cat([x, torch.tensor([-1e4, 1e4], dtype=torch.float64)]).requires_grad_()
    ours, theirs = SOLUTION.gelu(x, approximate), F.gelu(x, approximate=approximate)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-13)
    grads = [torch.autograd.grad(out.sum(), x)[0] for out in (ours, theirs)]
    torch.testing.assert_close(*grads, rtol=1e-12, atol=1e-13)


def test_exact_by_default():
    x = torch.linspace(-3, 3, 7)
    assert torch.equal(SOLUTION.gelu(x), SOLUTION.gelu(x, "none"))


@pytest.mark.parametrize("name", ["", "erf", "Tanh", None])
def test_other_names(name):
    with pytest.raises(ValueError, match="approximate"):
        SOLUTION.gelu(torch.zeros(2), name)
