"""Gradient descent against torch.optim.SGD."""

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trajectories import check_same_way

SOLUTION = reference(__file__)

OPTIONS = [
    {},
    {"weight_decay": 0.3},
    {"momentum": 0.9},
    {"momentum": 0.9, "weight_decay": 0.1},
    {"momentum": 0.8, "nesterov": True},
    {"momentum": 0.8, "weight_decay": 0.1, "nesterov": True},
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("rates", [None, [0.1, 0.05, 0.2]], ids=str)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_as_torch(options, rates, dtype):
    check_same_way(
        lambda params: SOLUTION.SGD(params, 0.1, **options),
        lambda params: torch.optim.SGD(params, 0.1, **options),
        dtype,
        rates,
    )
