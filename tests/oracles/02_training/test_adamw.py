"""AdamW against torch.optim.AdamW."""

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trajectories import check_same_way

SOLUTION = reference(__file__)

OPTIONS = [
    {},
    {"lr": 0.1, "weight_decay": 0.0},
    {"lr": 0.1, "weight_decay": 0.5},
    {"lr": 0.1, "betas": (0.5, 0.6), "eps": 0.1},
    {"lr": 0.1, "betas": (0.0, 0.9), "eps": 1e-3, "weight_decay": 1.0},
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("rates", [None, [0.1, 0.05, 0.2]], ids=str)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_as_torch(options, rates, dtype):
    check_same_way(
        lambda params: SOLUTION.AdamW(params, **options),
        lambda params: torch.optim.AdamW(params, **options),
        dtype,
        rates,
    )
