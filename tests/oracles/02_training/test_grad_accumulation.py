"""A step on micro-batches against the same step on all samples at once."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tests.conftest import reference

SOLUTION = reference(__file__)


@pytest.mark.parametrize("sizes", [(7,), (3, 3, 3), (1, 5, 2), (8, 1), (1, 1, 1, 4)], ids=str)
@pytest.mark.parametrize("make", [torch.optim.SGD, torch.optim.AdamW])
def test_as_one_big_batch(make, sizes):
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    ours = nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.LayerNorm(6), nn.Linear(6, 3)).double()
    theirs = copy.deepcopy(ours)
    our, their = make(ours.parameters(), lr=0.1), make(theirs.parameters(), lr=0.1)
    for _ in range(5):
        x, y = draw(sum(sizes), 4), torch.randint(3, (sum(sizes),), generator=generator)
        loss = SOLUTION.accumulated_step(ours, zip(x.split(sizes), y.split(sizes), strict=True), F.cross_entropy, our)
        their.zero_grad()
        wanted = F.cross_entropy(theirs(x), y)
        wanted.backward()
        their.step()
        assert loss == pytest.approx(wanted.item(), rel=1e-10)
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=1e-8, atol=1e-9)
