"""The environment against what torch itself takes for its device, and against generators of their own with the same seed."""

import random
import sys
from importlib.metadata import version

import numpy as np
import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)


def test_the_best_device_is_one_that_works():
    """The order is torch's own; and whatever is chosen, a tensor can be put there."""
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    device = SOLUTION.best_device()
    assert device == (accelerator or torch.device("cpu"))
    assert torch.ones(2, device=device).sum().item() == 2


@pytest.mark.parametrize("prefer", ["cuda", "mps", "cpu", "meta", "gpu", "", "CUDA"])
def test_a_preference_is_met_if_torch_can(prefer):
    """What can be computed with is available; a device without numbers is none."""
    try:
        works = prefer != "" and torch.ones(2, device=prefer).sum().item() == 2
    except (RuntimeError, AssertionError, NotImplementedError):
        works = False
    if works:
        assert SOLUTION.best_device(prefer).type == prefer
    else:
        with pytest.raises(ValueError):
            SOLUTION.best_device(prefer)


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**32 - 1])
def test_every_generator_is_as_a_new_one_with_that_seed(seed):
    generator = SOLUTION.seed_everything(seed)
    assert random.sample(range(1000), 9) == random.Random(seed).sample(range(1000), 9)
    np.testing.assert_array_equal(np.random.randn(9), np.random.RandomState(seed).randn(9))
    ours = torch.Generator().manual_seed(seed)
    expected = torch.randn(9, generator=ours)
    torch.testing.assert_close(torch.randn(9), expected, rtol=0, atol=0)
    torch.testing.assert_close(torch.randn(9, generator=generator), expected, rtol=0, atol=0)
    assert isinstance(generator, torch.Generator) and generator.device.type == "cpu"


def test_described():
    told = SOLUTION.describe()
    assert all(type(key) is str and isinstance(value, str) for key, value in told.items())
    assert told["python"] == "{}.{}.{}".format(*sys.version_info) + sys.version.split()[0].lstrip("0123456789.")
    assert (told["numpy"], told["torch"].partition("+")[0]) == (version("numpy"), version("torch").partition("+")[0])
    assert told["device"] == SOLUTION.best_device().type
    assert (told["cuda"] == "none") == (torch.version.cuda is None)
    assert set(told) == {"python", "numpy", "torch", "device", "cuda"}
