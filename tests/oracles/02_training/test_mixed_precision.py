"""A step in mixed precision against one written out: casts, gradient, norm, momentum and scale by hand, in NumPy's float64."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from tests.conftest import reference

amp_step = reference(__file__).amp_step


def rounded(array, dtype):
    """Each number to the nearest that 16 bits hold."""
    return torch.from_numpy(array).float().to(getattr(torch, dtype)).double().numpy()


def draw(*shape, seed):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("far", [0.0, 20.0])
def test_steps_written_out(dtype, reduction, far):
    """A linear layer, batches of 4 and a last one of 1; the second batch has an infinite target."""
    sizes, scale, lr, momentum = (4, 4, 4, 1), 256.0, 0.125, 0.5
    weight = draw(2, 3, seed=0) / 4
    model = nn.Linear(3, 2, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.from_numpy(weight))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_interval=100)
    velocity = np.zeros_like(weight)
    for step, n in enumerate(sizes):
        x, y = draw(n, 3, seed=10 + step), far + draw(n, 2, seed=20 + step) / 8
        if step == 1:
            y[0, 0] = math.inf
        loss = amp_step(
            model,
            torch.from_numpy(x).float(),
            torch.from_numpy(y).float(),
            nn.MSELoss(reduction=reduction),
            optimizer,
            scaler,
            "cpu",
            getattr(torch, dtype),
        )
        prediction = rounded(rounded(x, dtype) @ rounded(weight, dtype).T, dtype)
        off = prediction - y
        expected = np.square(off).sum() / (off.size if reduction == "mean" else 1)
        assert loss == pytest.approx(expected, rel=1e-2)
        if step == 1:
            scale /= 2
        else:
            gradient = 2 * off.T @ rounded(x, dtype) / (off.size if reduction == "mean" else 1)
            gradient /= max(1.0, np.linalg.norm(gradient))
            velocity = momentum * velocity + gradient
            weight = weight - lr * velocity
        np.testing.assert_allclose(model.weight.detach().numpy(), weight, atol=2e-2)
        assert scaler.get_scale() == scale and isinstance(loss, float)


def test_as_a_step_in_float32_where_16_bits_hold_all_numbers():
    """Halves and whole numbers: nothing is rounded, so autocast and the scale change nothing."""
    x = torch.tensor([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]])
    y = torch.tensor([[4.0, -1.0], [0.5, 2.0]])
    models = [nn.Linear(3, 2) for _ in range(2)]
    for model in models:
        nn.init.constant_(model.weight, 0.5)
        nn.init.constant_(model.bias, -1.0)
    ours, theirs = models
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**12)
    loss = amp_step(ours, x, y, nn.MSELoss(), torch.optim.SGD(ours.parameters(), lr=0.5), scaler, "cpu", torch.bfloat16)
    expected = nn.functional.mse_loss(theirs(x), y)
    expected.backward()
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in theirs.parameters()))
    assert norm > 1 and loss == expected.item()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, other - 0.5 * other.grad / norm, rtol=1e-5, atol=1e-6)
