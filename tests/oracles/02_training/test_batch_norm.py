"""Batch normalization against torch.nn.BatchNorm1d, over several batches and in both modes."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

BatchNorm1d = reference(__file__).BatchNorm1d
BATCHES = [[(4, 3), (2, 3), (7, 3)], [(4, 3, 5), (1, 3, 2), (2, 3, 1)], [(5, 3), (2, 3, 4)]]


def history(module, batches):
    """Outputs, gradients and running estimates, after each batch in training and once more in evaluation mode."""
    found = []
    for training in (True, False):
        module.train(training)
        for x in batches:
            x = x.clone().requires_grad_()
            y = module(x)
            slopes = torch.linspace(-1, 2, x.numel(), dtype=x.dtype).view_as(x)
            found += [y, *torch.autograd.grad(y, [x, module.weight, module.bias], slopes)]
            found += [module.running_mean.clone(), module.running_var.clone()]
    return found


@pytest.mark.parametrize("options", [{}, {"eps": 0.3}, {"momentum": 0.7}, {"eps": 1e-3, "momentum": 0.01}], ids=str)
@pytest.mark.parametrize("shapes", BATCHES, ids=str)
def test_as_torch(shapes, options):
    g = torch.Generator().manual_seed(0)
    ours, theirs = BatchNorm1d(3, **options).double(), nn.BatchNorm1d(3, **options).double()
    for module in (ours, theirs):
        module.weight.data = torch.tensor([0.5, -2.0, 3.0], dtype=torch.float64)
        module.bias.data = torch.tensor([1.0, 0.0, -4.0], dtype=torch.float64)
    batches = [torch.randn(shape, generator=g, dtype=torch.float64) * 3 + 2 for shape in shapes]
    torch.testing.assert_close(history(ours, batches), history(theirs, batches), rtol=1e-9, atol=1e-9)


def test_a_new_module_is_as_torchs_but_for_the_count_of_batches():
    ours, theirs = BatchNorm1d(3).state_dict(), nn.BatchNorm1d(3).state_dict()
    del theirs["num_batches_tracked"]
    assert list(ours) == list(theirs)
    torch.testing.assert_close(dict(ours), dict(theirs), rtol=0, atol=0)


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1)], ids=str)
def test_as_torch_refuses(shape):
    for module in (BatchNorm1d, nn.BatchNorm1d):
        with pytest.raises(ValueError):
            module(3)(torch.zeros(shape))
