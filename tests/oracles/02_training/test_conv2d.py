"""The reference of 02_training/conv2d against torch's own, in float64."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

conv2d = reference(__file__).conv2d


def numbers(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).requires_grad_()


@pytest.mark.parametrize("images", [1, 3])
@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2), (5, 6), (1, 4)])
@pytest.mark.parametrize("stride", [1, 2, 4])
@pytest.mark.parametrize("padding", [0, 1, 3])
@pytest.mark.parametrize("with_bias", [True, False])
def test_as_torch(images, kernel, stride, padding, with_bias):
    inputs = [numbers(images, 2, 5, 6, seed=1), numbers(4, 2, *kernel, seed=2)] + [numbers(4, seed=3)] * with_bias
    options = {"stride": stride, "padding": padding}
    found, expected = conv2d(*inputs, **options), F.conv2d(*inputs, **options)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    cotangent = numbers(*expected.shape, seed=4).detach()
    for ours, theirs in zip(
        torch.autograd.grad(found, inputs, cotangent), torch.autograd.grad(expected, inputs, cotangent), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_no_images():
    assert conv2d(torch.zeros(0, 2, 5, 6), torch.zeros(3, 2, 2, 2), padding=1).shape == (0, 3, 6, 7)


@pytest.mark.parametrize("kernel", [(1, 1, 2, 2), (1, 3, 2, 2), (1, 2, 8, 2), (1, 2, 2, 9)])
def test_what_torch_refuses_is_refused(kernel):
    x, weight = torch.zeros(1, 2, 5, 6), torch.zeros(kernel)
    with pytest.raises(RuntimeError):
        F.conv2d(x, weight, padding=1)
    with pytest.raises(ValueError, match=r"channels|fit"):
        conv2d(x, weight, padding=1)
