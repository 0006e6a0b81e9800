"""The reference of backprop_mlp against torch's autograd through nn.Sequential, and against small differences."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

mlp_gradients = reference(__file__).mlp_gradients


def draw(n, d, h, c, scale=1.0):
    torch.manual_seed(n)
    model = nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, c)).double()
    with torch.no_grad():
        model[2].weight.mul_(scale)
    return model, torch.randn(n, d, dtype=torch.float64), torch.randint(c, (n,))


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (1, 3, 4, 2), (6, 5, 4, 3), (4, 4, 4, 4), (3, 2, 12, 9)])
@pytest.mark.parametrize("scale", [1.0, 10_000.0])
def test_autograd(sizes, scale):
    model, x, y = draw(*sizes, scale)
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    found = mlp_gradients(x, y, *(p.detach() for p in model.parameters()))
    torch.testing.assert_close(found, (loss.detach(), *(p.grad for p in model.parameters())))


def test_small_differences():
    model, x, y = draw(5, 3, 4, 3)
    parameters = [p.detach() for p in model.parameters()]
    _, *gradients = mlp_gradients(x, y, *parameters)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        for number in range(parameter.numel()):
            losses = []
            for step in (1e-6, -2e-6):
                parameter.view(-1)[number] += step
                losses.append(mlp_gradients(x, y, *parameters)[0].item())
            parameter.view(-1)[number] += 1e-6
            assert gradient.view(-1)[number].item() == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-7)
