"""AdamW: where it leads, step by step, with gradients that come and go, and what it leaves alone."""

import pytest
import torch
from torch import nn

from kata.grading import Case, between, normal, uniform

# In float16, which the CUDA devices would add, no promise is made.
pytestmark = pytest.mark.exercise(
    points=10,
    seconds=2,
    forbids=["optimizers"],
    dtypes=["float32", "float64", "bfloat16"],
)

# In bfloat16 a step is often smaller than the last bit of the weight it changes: over many steps the roundings of right
# answers add up. A few steps show what they do with the dtype.
EXACT = ["float32", "float64"]


def columns(what, rows):
    """A tensor for each parameter, whose row k is after step k: small numbers are measured by the large ones beside them."""
    return {
        f"{what} {index}, step by step": torch.stack(column) for index, column in enumerate(zip(*rows, strict=True))
    }


def walk(impl, start, gradients, missing=(), zeros=(), rates=(), **options):
    """Every parameter after each step. The gradients are new tensors each time.

    They are `None` for each (step, parameter) in `missing`, and zeros for those in `zeros`.
    """
    parameters = [nn.Parameter(tensor) for tensor in start]
    optimizer, rows = impl.AdamW(iter(parameters), **options), [list(map(torch.clone, start))]
    for step, row in enumerate(zip(*gradients, strict=True)):
        for index, (p, gradient) in enumerate(zip(parameters, row, strict=True)):
            scale = 0 if (step, index) in zeros else 1
            p.grad = None if (step, index) in missing else gradient * scale
        if rates:
            optimizer.lr = rates[step]
        optimizer.step()
        rows.append([p.detach().clone() for p in parameters])
    return columns("parameter", rows)


def accumulate(impl, start, gradients, kept, **options):
    """Gradients are added in place, as `backward` does it; before the steps in `kept` they are not forgotten."""
    parameters = [nn.Parameter(tensor) for tensor in start]
    optimizer, rows, left = (
        impl.AdamW(iter(parameters), **options),
        [list(map(torch.clone, start))],
        [list(map(torch.zeros_like, start))],
    )
    for step, row in enumerate(zip(*gradients, strict=True)):
        if step not in kept:
            optimizer.zero_grad()
        for p, gradient in zip(parameters, row, strict=True):
            p.grad = gradient.clone() if p.grad is None else p.grad.add_(gradient)
        optimizer.step()
        rows.append([p.detach().clone() for p in parameters])
        left.append([torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in parameters])
    return {**columns("parameter", rows), **columns("what is left of the gradient of parameter", left)}


def train_tied(impl, weight, bias, x, y, steps, **options):
    """A model whose first and last layer have one weight."""
    first, last = nn.Linear(*weight.shape, bias=False), nn.Linear(*weight.shape)
    first.weight = last.weight = nn.Parameter(weight)
    last.bias = nn.Parameter(bias)
    model, losses = nn.Sequential(first, nn.Tanh(), last), []
    optimizer = impl.AdamW(model.parameters(), **options)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return {"losses": torch.stack(losses), "weight": last.weight.detach(), "bias": last.bias.detach()}


def look_through_shared_memory(impl, start, gradient, **options):
    """What is seen after two steps by who shares the parameter's memory."""
    p = nn.Parameter(start)
    shared, optimizer = p.detach(), impl.AdamW([p], **options)
    for _ in range(2):
        p.grad = gradient.clone()
        optimizer.step()
    return shared


def forget(impl, start, gradients, lr):
    """What is left after `zero_grad`; the last parameter has no gradient."""
    parameters = [nn.Parameter(tensor) for tensor in start]
    for p, gradient in zip(parameters, gradients, strict=False):
        p.grad = gradient.clone()
    impl.AdamW(iter(parameters), lr).zero_grad()
    left = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
    return {"parameters": [p.detach() for p in parameters], "gradients": left}


def spoil(gradient):
    """A gradient after an overflow."""
    gradient.view(-1)[0], gradient.view(-1)[-1] = torch.inf, torch.nan
    return gradient


ROWS, COLUMNS, STEPS = between(2, 4), between(2, 4), between(3, 5)
SHAPES = [(ROWS, COLUMNS), (COLUMNS,), (ROWS, COLUMNS), ()]  # two of the same, and a scalar
LR, DECAY = between(0.05, 0.2), between(0.1, 0.5)
# The smaller the betas, the sooner a few steps tell the means from what goes into them.
BETAS = (between(0.5, 0.9), between(0.6, 0.95))
# An eps that changes nothing but 0 / 0, and no decay: what is done with these is for the tests that are about them.
PLAIN = {"lr": LR, "betas": BETAS, "eps": 1e-15, "weight_decay": 0.0}
DECAYING = {**PLAIN, "weight_decay": DECAY}


# The second parameter has no gradient at first, the third has none in between.
MISSING = [(0, 1), (1, 1), (1, 2), (2, 2)]


def start():
    """Far from 0, so that what is left of a scalar is never mostly rounding."""
    return [uniform(*shape, low=1.0, high=3.0) for shape in SHAPES]


def gradients(steps, std=1.0):
    return [normal(steps, *shape, std=std) for shape in SHAPES]


SMALL_BETAS = {**PLAIN, "betas": (between(0.1, 0.4), between(0.2, 0.45))}

WALKS = [
    Case("small betas", start=start(), gradients=gradients(STEPS), **SMALL_BETAS),
    Case("a few steps", start=start(), gradients=gradients(STEPS), **PLAIN),
    Case("many steps", start=start(), gradients=gradients(between(12, 20)), dtypes=EXACT, **PLAIN),
    Case("gradients of zeros", start=start(), gradients=gradients(STEPS), zeros=[(0, 0), (1, 0), (1, 1)], **PLAIN),
    Case("a large eps", start=start(), gradients=gradients(STEPS), **{**PLAIN, "eps": between(0.1, 0.5)}),
    Case(
        "tiny gradients, and the eps that is usual",
        start=start(),
        gradients=gradients(STEPS, std=1e-8),
        lr=LR,
        betas=BETAS,
        weight_decay=0.0,
    ),
    Case(
        "one parameter with three axes, and another",
        start=[uniform(2, 3, COLUMNS, low=1.0, high=3.0), normal(5, mean=2.0)],
        gradients=[normal(STEPS, 2, 3, COLUMNS), normal(STEPS, 5)],
        recall=True,
        **PLAIN,
    ),
]

DECAYS = [
    Case("a large decay", start=start(), gradients=gradients(STEPS), **DECAYING),
    Case("a large decay, None at times", start=start(), gradients=gradients(5), missing=MISSING, **DECAYING),
    Case("the defaults", start=start(), gradients=gradients(STEPS), eps=1e-15, dtypes=EXACT),
]

COMING_AND_GOING = [
    Case(
        "gradients that are None at times",
        walk,
        start=start(),
        gradients=gradients(between(5, 7)),
        missing=MISSING,
        dtypes=EXACT,
        **PLAIN,
    ),
    Case(
        "gradients added up in place",
        accumulate,
        start=start(),
        gradients=gradients(between(4, 6)),
        kept=[1, 3],
        dtypes=EXACT,
        **PLAIN,
    ),
    Case(
        "a model with tied weights",
        train_tied,
        weight=normal(COLUMNS, COLUMNS),
        bias=normal(COLUMNS),
        x=normal(5, COLUMNS),
        y=normal(5, COLUMNS),
        steps=between(3, 6),
        dtypes=["float64"],  # in float32 a small gradient divided by its own size is mostly rounding
        **PLAIN,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", WALKS, ids=str)
def test_steps(check, case):
    check.values(walk, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", DECAYS, ids=str)
def test_weight_decay(check, case):
    check.values(walk, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", COMING_AND_GOING, ids=str)
def test_gradients_that_come_and_go(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_a_learning_rate_that_changes(check):
    options = {"rates": [LR, between(0.2, 0.3), between(0.0, 0.1), between(0.3, 0.5)], **PLAIN}
    check.values(walk, Case("a schedule", start=start(), gradients=gradients(4), dtypes=EXACT, **options))


@pytest.mark.points(1)
def test_parameters_are_changed_in_place(check):
    case = Case("shared memory", start=normal(ROWS, COLUMNS), gradient=normal(ROWS, COLUMNS), **PLAIN)
    check.values(look_through_shared_memory, case)


@pytest.mark.points(1)
def test_zero_grad(check):
    spoiled = [normal(ROWS, COLUMNS).map(spoil), normal(COLUMNS).map(spoil)]
    check.values(forget, Case("gradients with inf and NaN", start=start(), gradients=spoiled, lr=LR))
