"""The loss of pre-training against plain Python, pair by pair, and against unpadded sequences."""

import math

import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)


def draw(b, t, v):
    generator = torch.Generator().manual_seed(b + t)
    logits = 3 * torch.randn(b, t, v, generator=generator, dtype=torch.float64)
    return logits.requires_grad_(), torch.randint(v, (b, t), generator=generator)


def by_hand(logits, ids, mask):
    costs = []
    for row, tokens, real in zip(logits.tolist(), ids.tolist(), mask.tolist(), strict=True):
        for t in range(len(tokens) - 1):
            if real[t] and real[t + 1]:
                total = sum(math.exp(z) for z in row[t])
                costs.append(math.log(total) - row[t][tokens[t + 1]])
    return sum(costs) / len(costs) if costs else 0.0


MASKS = [
    [[1, 1, 1, 1], [1, 1, 1, 1]],
    [[1, 1, 1, 0], [1, 1, 0, 0]],
    [[0, 1, 1, 1], [0, 0, 0, 1]],
    [[0, 0, 1, 1], [0, 0, 0, 0]],
    [[0, 0, 0, 0], [0, 1, 0, 0]],
]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", [torch.int64, torch.bool])
def test_masks(mask, kind):
    logits, ids = draw(2, 4, 5)
    mask = torch.tensor(mask)
    ours = SOLUTION.causal_lm_loss(logits, ids, mask.to(kind))
    assert ours.item() == pytest.approx(by_hand(logits, ids, mask), rel=1e-12, abs=1e-15)
    ours.backward()
    counts = mask[:, :-1] & mask[:, 1:]
    assert not logits.grad[:, :-1][counts == 0].any() and not logits.grad[:, -1].any()
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 1, 1), (3, 2, 4), (2, 6, 5)])
def test_without_a_mask(shape):
    logits, ids = draw(*shape)
    ours = SOLUTION.causal_lm_loss(logits, ids)
    assert ours.item() == pytest.approx(by_hand(logits, ids, torch.ones_like(ids)), rel=1e-12, abs=1e-15)


def test_padding_changes_nothing():
    logits, ids = draw(1, 5, 7)
    wanted = SOLUTION.causal_lm_loss(logits, ids).item()
    more, other_ids = draw(1, 3, 7)
    for order in ([0, 1], [1, 0]):
        parts = [(logits, ids, torch.ones_like(ids)), (more, other_ids, torch.zeros_like(other_ids))]
        batch = [torch.cat([parts[i][k] for i in order], dim=1) for k in range(3)]
        assert SOLUTION.causal_lm_loss(*batch).item() == pytest.approx(wanted, rel=1e-12)
