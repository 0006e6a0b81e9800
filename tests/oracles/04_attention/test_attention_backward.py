"""The reference of attention_backward against autograd through torch's own attention, and against small differences."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

attention_backward = reference(__file__).attention_backward


def draw(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
@pytest.mark.parametrize("masked", [False, True])
def test_autograd(batch, masked):
    q, k, v = (draw(*batch, *shape, seed=i).requires_grad_() for i, shape in enumerate([(5, 4), (7, 4), (7, 3)]))
    grad_out = draw(*batch, 5, 3, seed=3)
    mask = draw(5, 7, seed=4) > 0 if masked else None
    if masked:
        mask[:, 0] = True
    F.scaled_dot_product_attention(q, k, v, mask).backward(grad_out)
    found = attention_backward(grad_out, q.detach(), k.detach(), v.detach(), mask=mask)
    torch.testing.assert_close(found, (q.grad, k.grad, v.grad))


def test_a_query_that_may_attend_to_nothing():
    grad_out, q, k, v = draw(4, 3, seed=0), draw(4, 4, seed=1), draw(6, 4, seed=2), draw(6, 3, seed=3)
    mask = torch.ones(4, 6, dtype=torch.bool)
    mask[1] = False
    dq, dk, dv = attention_backward(grad_out, q, k, v, mask)
    rest = torch.tensor([0, 2, 3])
    expected = attention_backward(grad_out[rest], q[rest], k, v)
    assert not dq[1].any()
    torch.testing.assert_close((dq[rest], dk, dv), expected)


def test_small_differences():
    grad_out, q, k, v = draw(3, 2, seed=0), draw(3, 4, seed=1), draw(5, 4, seed=2), draw(5, 2, seed=3)

    def loss(q, k, v):
        return (grad_out * ((q @ k.T / 2).softmax(dim=1) @ v)).sum().item()

    step, inputs = 1e-6, [q, k, v]
    for number, gradient in enumerate(attention_backward(grad_out, q, k, v)):
        for place in torch.cartesian_prod(*map(torch.arange, gradient.shape)):
            moved = torch.zeros_like(inputs[number])
            moved[tuple(place)] = step
            up, down = (
                loss(*(x + sign * moved if i == number else x for i, x in enumerate(inputs))) for sign in (1, -1)
            )
            assert gradient[tuple(place)].item() == pytest.approx((up - down) / (2 * step), abs=1e-8)
