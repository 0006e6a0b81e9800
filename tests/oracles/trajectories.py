"""Two optimizers side by side: the same parameters, the same gradients, `None` among them, for many steps."""

import torch
from torch import nn

SHAPES = [(3, 4), (4,), (), (2, 3, 2), (3, 4)]
STEPS = 40


def check_same_way(ours, theirs, dtype=torch.float64, rates=None):
    """Let two optimizers, each made by a function of the parameters, walk side by side; with `rates`, by a schedule."""
    generator = torch.Generator().manual_seed(0)

    def draw(shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    starts = [draw(shape) for shape in SHAPES]
    left, right = ([nn.Parameter(start.clone()) for start in starts] for _ in range(2))
    our, their = ours(iter(left)), theirs(right)
    for step in range(STEPS):
        if rates:
            our.lr = their.param_groups[0]["lr"] = rates[step % len(rates)]
        if step % 5:  # else gradients add up
            our.zero_grad()
            their.zero_grad()
        for p, q in zip(left, right, strict=True):
            absent, gradient = torch.rand((), generator=generator) < 0.3, draw(p.shape)
            for one in (p, q):
                one.grad = None if absent else gradient.clone() if one.grad is None else one.grad.add_(gradient)
        our.step()
        their.step()
        for p, q in zip(left, right, strict=True):
            torch.testing.assert_close(p, q, **({} if dtype == torch.float32 else {"rtol": 1e-11, "atol": 1e-11}))
