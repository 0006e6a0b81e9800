"""Clipping by the global norm: what is returned, what becomes of the gradients, and where there is little to clip."""

import pytest
import torch
from torch import Tensor, nn

from kata.grading import Case, between, choice, normal

# In float16, which the CUDA devices would add, no promise is made: the squares of what is drawn here overflow.
pytestmark = pytest.mark.exercise(
    points=10,
    seconds=2,
    forbids=["clipping"],
    dtypes=["float32", "float64", "bfloat16"],
)


def clip(impl, parameters, gradients, max_norm, missing=(), halves=()):
    """The norm, and what is left in the parameters and their gradients; those in `halves` are bfloat16."""
    made = [nn.Parameter(p.bfloat16() if index in halves else p) for index, p in enumerate(parameters)]
    for index, (p, gradient) in enumerate(zip(made, gradients, strict=True)):
        p.grad = None if index in missing else gradient.to(p.dtype)
    norm = impl.clip_grad_norm_(iter(made), max_norm)
    return {
        "norm": number(norm),
        "gradients": [torch.zeros_like(p) if p.grad is None else p.grad for p in made],
        "parameters": [p.detach() for p in made],
    }


def number(norm):
    return norm.item() if isinstance(norm, Tensor) and norm.dim() == 0 else norm


def hold(impl, parameters, gradients, max_norm):
    """What is left in the tensors that were the gradients before the call."""
    made = [nn.Parameter(p) for p in parameters]
    held = [gradient.clone() for gradient in gradients]
    for p, gradient in zip(made, held, strict=True):
        p.grad = gradient
    impl.clip_grad_norm_(made, max_norm)
    return held


def spoil(impl, parameters, gradients, wrong):
    """The norm alone, of gradients of which one holds `wrong`."""
    made = [nn.Parameter(p) for p in parameters]
    for p, gradient in zip(made, gradients, strict=True):
        p.grad = gradient.clone()
    made[0].grad.view(-1)[-1] = wrong
    return number(impl.clip_grad_norm_(made, 1.0))


def tied(impl, weight, x, max_norm):
    """A model whose first and last layer have one weight, which counts once."""
    first, last = nn.Linear(*weight.shape, bias=False), nn.Linear(*weight.shape, bias=False)
    first.weight = last.weight = nn.Parameter(weight)
    model = nn.Sequential(first, nn.Tanh(), last)
    model(x).sum().mul(1e8).backward()
    norm = impl.clip_grad_norm_(model.parameters(), max_norm)
    return {"norm": number(norm), "gradient": first.weight.grad}


ROWS, COLUMNS, LIMIT = between(2, 4), between(2, 4), between(0.5, 2.0)
SHAPES = [(ROWS, COLUMNS), (COLUMNS,), (), (ROWS, COLUMNS)]
PARAMETERS = [normal(*shape) for shape in SHAPES]

# So large that the 1e-6, which many add to the norm, is rounded away also in float64.
LARGE = [normal(*shape, std=1e8) for shape in SHAPES]
ZEROS = [normal(*shape, std=0.0) for shape in SHAPES]

CLIPPED = [
    Case("above the limit", clip, parameters=PARAMETERS, gradients=LARGE, max_norm=LIMIT),
    Case("gradients that are held elsewhere", hold, parameters=PARAMETERS, gradients=LARGE, max_norm=LIMIT),
    Case("some are None", clip, parameters=PARAMETERS, gradients=LARGE, max_norm=LIMIT, missing=[0, 2]),
    Case(
        "an empty parameter among them",
        clip,
        parameters=[normal(0, COLUMNS), normal(ROWS)],
        gradients=[normal(0, COLUMNS), normal(ROWS, std=1e8)],
        max_norm=LIMIT,
    ),
    Case("two dtypes", clip, parameters=PARAMETERS, gradients=LARGE, max_norm=LIMIT, halves=[1, 3], dtypes=["float32"]),
    Case("a model with tied weights", tied, weight=normal(COLUMNS, COLUMNS), x=normal(3, COLUMNS), max_norm=LIMIT),
    Case(
        "one parameter with three axes, and another",
        clip,
        parameters=[normal(2, 3, COLUMNS), normal(5)],
        gradients=[normal(2, 3, COLUMNS, std=1e8), normal(5, std=1e8)],
        max_norm=LIMIT,
        recall=True,
    ),
]

# Norms of a hundredth and of a few hundred: the square of the second is far above the limit.
WITHIN = [
    Case(
        f"within the limit, numbers around {std}",
        parameters=PARAMETERS,
        gradients=[normal(*shape, std=std) for shape in SHAPES],
        max_norm=between(1500.0, 3000.0),
    )
    for std in (0.01, 100)
]

LITTLE = [
    Case("a limit of 0", parameters=PARAMETERS, gradients=LARGE, max_norm=0.0),
    Case("gradients of zeros", parameters=PARAMETERS, gradients=ZEROS, max_norm=LIMIT),
    Case("gradients of zeros, and a limit of 0", parameters=PARAMETERS, gradients=ZEROS, max_norm=0.0),
    Case("no gradients", parameters=PARAMETERS, gradients=LARGE, max_norm=LIMIT, missing=[0, 1, 2, 3]),
    Case("no parameters", parameters=[], gradients=[], max_norm=LIMIT, fixed="there is nothing to draw"),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CLIPPED, ids=str)
def test_above_the_limit(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", WITHIN, ids=str)
def test_within_the_limit(check, case):
    check.values(clip, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", LITTLE, ids=str)
def test_little_to_clip(check, case):
    check.values(clip, case)


@pytest.mark.points(1)
def test_a_norm_that_is_no_number(check):
    wrong = choice(float("inf"), float("-inf"), float("nan"))
    check.values(spoil, Case("infinity or NaN", parameters=PARAMETERS, gradients=LARGE, wrong=wrong))
