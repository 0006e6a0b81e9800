"""A stand-in for a tensor on another device does what such a tensor does, and no more."""

import pytest
import torch

from kata.grading import Elsewhere

X = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.inference_mode])
@pytest.mark.parametrize(
    "brought",
    [
        lambda x: x.to("cpu"),
        lambda x: torch.cat([row[None].to("cpu") for row in x]),
        lambda x: torch.cat([part.to("cpu") for part in x.split(2)]),
        lambda x: torch.cat(x.chunk(3)).cpu(),
        lambda x: x.view(-1)[:6].reshape(3, 2).detach().cpu(),
        lambda x: x[torch.tensor([2, 1, 0])].flip(0).to("cpu"),
        lambda x: x.index_select(0, torch.arange(3)).to("cpu"),
        lambda x: torch.stack(list(x)).to(torch.device("cpu")),
    ],
)
def test_what_may_be_done_before_it_is_moved(brought, mode):
    x = Elsewhere(X, "x")
    with mode():
        moved = brought(x)
    assert type(moved) is torch.Tensor and torch.equal(moved, X)


def test_numbers_and_pairs_come_out_of_it():
    x = Elsewhere(X, "x")
    assert x.max().item() == 5 and len(x) == 3
    values, indices = x.max(dim=1)
    assert isinstance(values, Elsewhere) and indices.to("cpu").tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "use", [lambda x: x + X, lambda x: X[x.long()[:, 0]], lambda x: x @ X.T, lambda x: torch.cat([x, X])]
)
def test_it_is_not_used_with_others(use):
    with pytest.raises(RuntimeError, match="the batch's x is elsewhere"):
        use(Elsewhere(X, "x"))
