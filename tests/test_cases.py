"""The recipes of inputs, and the changes that several graders make to them."""

import math

import torch

from kata.cases import draw
from kata.grading import hide_a_row, hide_some, large_at_the_end, normal, nothing_for_the_second, starting_with


def test_transposed():
    plain, turned = draw(normal(2, 3, 4), 0, None), draw(normal(2, 3, 4).transposed(), 0, None)
    assert torch.equal(turned, plain.mT) and not turned.is_contiguous()
    assert draw(normal(2, 3, 4).transposed(0, 1), 0, None).shape == (3, 2, 4)


def test_hidden_entries():
    x = torch.zeros(3, 5)
    assert (hide_some(x) == -math.inf).nonzero()[:, 1].tolist() == [0, 3] * 3
    assert (hide_a_row(x) == -math.inf).nonzero()[:, 0].tolist() == [1] * 5
    assert not x.any(), "an input is changed in place"


def test_nothing_for_the_second():
    for shape in [(3, 5), (2, 3, 5)]:
        mask = nothing_for_the_second(torch.ones(shape, dtype=torch.bool))
        assert mask.any(-1)[..., [0, 2]].all() and not mask[..., 1, :].any()


def test_large_numbers():
    x = torch.zeros(7, 4)
    assert large_at_the_end(x).sum(1).tolist() == [0.0] * 5 + [400.0] * 2
    assert starting_with(256)(x[:3])[:, 0].tolist() == [256.0] * 3
    assert starting_with(1, -2, 3)(x[:3]).sum(1).tolist() == [1.0, -2.0, 3.0]
