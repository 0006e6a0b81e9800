"""Gpu classifier against torch's sum, in float64."""

import torch

from tests.conftest import reference

gpu_classifier = reference(__file__).gpu_classifier


def test_gpu_classifier():
    x = torch.randn(3, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64, requires_grad=True)
    ours, theirs = gpu_classifier(x), torch.stack([x, x]).sum(0)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    cotangent = torch.linspace(-1, 1, 15, dtype=torch.float64).reshape(3, 5)
    gradients = torch.autograd.grad(ours, x, cotangent), torch.autograd.grad(theirs, x, cotangent)
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)
