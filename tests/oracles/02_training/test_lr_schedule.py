"""Schedules against the schedulers of torch and transformers, stepped one by one."""

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from transformers import get_cosine_schedule_with_warmup

from tests.conftest import reference

SOLUTION = reference(__file__)


def rates(make, peak, steps):
    """The learning rates that a scheduler sets, from step 0 on."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(()))], lr=peak)
    scheduler, seen = make(optimizer), []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


@pytest.mark.parametrize("warmup, total", [(0, 7), (1, 5), (4, 11), (10, 100)])
def test_as_transformers(warmup, total):
    wanted = rates(lambda o: get_cosine_schedule_with_warmup(o, warmup, total), 0.3, total + 1)
    ours = [SOLUTION.warmup_cosine(step, 0.3, 0.0, warmup, total) for step in range(total + 1)]
    assert ours == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("low", [0.0, 0.01])
@pytest.mark.parametrize("warmup, total", [(3, 9), (20, 60)])
def test_as_torch(warmup, total, low):
    def make(optimizer):
        # torch's warm-up does not begin with 0: so near to it that the difference is none
        up = LinearLR(optimizer, start_factor=1e-15, total_iters=warmup)
        return SequentialLR(optimizer, [up, CosineAnnealingLR(optimizer, total - warmup, low)], [warmup])

    ours = [SOLUTION.warmup_cosine(step, 0.3, low, warmup, total) for step in range(total + 1)]
    assert ours == pytest.approx(rates(make, 0.3, total + 1), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("d_model, warmup", [(512, 4000), (64, 10), (1, 1)])
def test_noam_is_two_powers_that_meet_at_the_peak(d_model, warmup):
    peak = 1 / (d_model * warmup) ** 0.5
    for step in [0, 1, warmup // 2, warmup, 2 * warmup, 100 * warmup]:
        wanted = peak * step / warmup if step <= warmup else peak * (warmup / step) ** 0.5
        assert SOLUTION.noam(step, d_model, warmup) == pytest.approx(wanted, rel=1e-12)
