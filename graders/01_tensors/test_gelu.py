"""GELU, exact and approximate."""

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, exactly, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*gelu*"])


def activate(impl, x, approximate):
    return impl.gelu(x, approximate=approximate)


FORMS = ("none", "tanh")


def with_zero_and_a_tail(x):
    # relu and abs have no slope at 0. At -5.5 gelu is 1e-7: nothing in float32, but much in float64.
    x[0, 0, :2] = torch.tensor([0.0, -5.5])
    return x


NUMBERS = normal(2, 3, 4, std=2.0).map(with_zero_and_a_tail)
AROUND_0 = [
    *[Case(f"numbers around 0, {form}", x=NUMBERS, approximate=form) for form in FORMS],
    *[
        Case(f"numbers on five axes, {form}", x=normal(2, 1, 3, 2, 2, std=2.0), approximate=form, recall=True)
        for form in FORMS
    ],
]

# No float16, as the statement says: it cannot hold the cube of 300, and the gradient of the formula is NaN there.
LARGE = [
    Case(
        f"numbers up to 10 000, {form}",
        x=exactly([-1e4, -300.0, -30.0, 30.0, 300.0, 1e4]),
        approximate=form,
        dtypes=["float32", "float64", "bfloat16"],
    )
    for form in FORMS
]

NAMES = [Case(f"the name {name}", x=normal(3, 4), approximate=name) for name in ("erf", "tanhh", "Tanh")]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", AROUND_0, ids=str)
def test_values(check, case):
    check.values(activate, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", AROUND_0, ids=str)
def test_gradients(check, case):
    check.gradients(activate, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_large_numbers_and_their_gradients(check, case):
    check.gradients(activate, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", NAMES, ids=str)
def test_other_names_are_refused(check, case):
    check.raises(ValueError, activate, case)


HINTS = [
    "By which factor is x multiplied for x = -10, x = 0 and x = 10? Do your factors agree with that?",
    (
        "Both formulas have the form x/2 · (1 + s), and s goes from -1 to 1. Which s belongs to which name, and what "
        "happens to a name that is neither?"
    ),
    (
        'About six lines: an if for "none" with the error function, one for "tanh" with the hyperbolic tangent, an else '
        "that raises; and one line for what they share."
    ),
]

ALSO_RIGHT = [
    Variant(
        "the distribution function of torch",
        body="""
        if approximate not in ("none", "tanh"):
            raise ValueError("unknown")
        if approximate == "tanh":
            inner = (2.0 / math.pi) ** 0.5 * x * (1.0 + 0.044715 * x.square())
            return x * torch.sigmoid(2.0 * inner)
        return x * torch.special.ndtr(x)
        """,
    ),
    Variant(
        "in float64, with erfc",
        body="""
        wide = x.to(torch.float64)
        forms = {
            "none": lambda: torch.erfc(-wide * math.sqrt(0.5)),
            "tanh": lambda: 1 + ((wide + 0.044715 * wide.pow(3)) * math.sqrt(2) / math.sqrt(math.pi)).tanh(),
        }
        if approximate not in forms:
            raise ValueError(f"approximate={approximate}")
        return (wide / 2 * forms[approximate]()).to(x.dtype)
        """,
    ),
    Variant(
        "a gate, and in place on its own tensors",
        body="""
        match approximate:
            case "none":
                gate = torch.erf(x * 2**-0.5)
            case "tanh":
                gate = torch.tanh(x.pow(3).mul(0.044715).add_(x).mul_(math.sqrt(2 / math.pi)))
            case _:
                raise ValueError
        gate = gate + 1
        gate *= 0.5
        return torch.mul(gate, x)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the factor one half is missing",
        was="0.5 * x",
        becomes="x",
        hint="What should come out for a large x? What does 1 + 1 make of it?",
    ),
    Variant(
        "the 1 is missing",
        was="(1 + share)",
        becomes="share",
        hint="erf and tanh go from -1 to 1. From where to where should the factor go?",
    ),
    Variant(
        "the result is the factor, without x",
        was="0.5 * x * (1 + share)",
        becomes="0.5 * (1 + share)",
        hint="What should come out for x = 10?",
    ),
    Variant(
        "x is not divided by √2",
        was="x / math.sqrt(2)",
        becomes="x",
        hint="For x > 0, erf(x) is the probability that |X| < x, if X is normal with mean 0 and variance 1/2. Which "
        "variance has the one of Φ?",
    ),
    Variant(
        "x is multiplied by √2",
        was="x / math.sqrt(2)",
        becomes="x * math.sqrt(2)",
        hint="Does √2 stand above or below x?",
    ),
    Variant(
        "x is divided by 2",
        was="x / math.sqrt(2)",
        becomes="x / 2",
        hint="Look at the argument of erf again. Which number is under x?",
    ),
    Variant(
        "tanh gets √2/π",
        was="math.sqrt(2 / math.pi)",
        becomes="math.sqrt(2) / math.pi",
        hint="How far does the root reach?",
    ),
    Variant(
        "tanh gets √(π/2)",
        was="2 / math.pi",
        becomes="math.pi / 2",
        hint="Which of 2 and π is on top?",
    ),
    Variant(
        "the root in tanh is missing",
        was="math.sqrt(2 / math.pi)",
        becomes="(2 / math.pi)",
        hint="Is it 2/π or its root?",
    ),
    Variant(
        "the cubic term is missing",
        was="(x + 0.044715 * x**3)",
        becomes="x",
        hint="Inside tanh stands a polynomial with two terms.",
    ),
    Variant(
        "a square where the cube should be",
        was="x**3",
        becomes="x**2",
        hint="Should the result of tanh for -x be the opposite of the one for x?",
    ),
    Variant(
        "the factor of the cube is ten times too large",
        was="0.044715",
        becomes="0.44715",
        hint="Count the zeros after the decimal point.",
    ),
    Variant(
        "the cube is outside of the factor √(2/π)",
        was="math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)",
        becomes="math.sqrt(2 / math.pi) * x + 0.044715 * x**3",
        hint="Which brackets does the formula have?",
    ),
    Variant(
        "tanh is made of exponentials",
        was="torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))",
        becomes="math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)\n"
        "        share = (share.exp() - (-share).exp()) / (share.exp() + (-share).exp())",
        hint="What is exp(1000) in float32, and what is inf / inf?",
    ),
    Variant(
        "a sigmoid of 1.702 x",
        was="    return 0.5 * x * (1 + share)",
        becomes="    return x * torch.sigmoid(1.702 * x)",
        hint="The paper has this approximation, too, but it is neither of the two that are asked for.",
    ),
    Variant(
        "a sigmoid of x",
        was="    return 0.5 * x * (1 + share)",
        becomes="    return x * torch.sigmoid(x)",
        hint="That is SiLU, a relative. Which function of x is the factor here?",
    ),
    Variant(
        "the exact form is approximated as well",
        was="torch.erf(x / math.sqrt(2))",
        becomes="torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))",
        hint='Which formula belongs to approximate="none"?',
    ),
    Variant(
        "`approximate` is ignored",
        was='elif approximate == "tanh":\n        share = torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))',
        becomes='elif approximate == "tanh":\n        share = torch.erf(x / math.sqrt(2))',
        hint='What should approximate="tanh" change?',
    ),
    Variant(
        "names that are neither count as exact",
        was='raise ValueError(f\'approximate must be "none" or "tanh", not {approximate!r}\')',
        becomes="share = torch.erf(x / math.sqrt(2))",
        hint='Someone writes `approximate="tanhh"`. How will they notice?',
    ),
    Variant(
        "names that are neither give no result",
        was='raise ValueError(f\'approximate must be "none" or "tanh", not {approximate!r}\')',
        becomes="return None",
        hint='Someone writes `approximate="tanhh"`. How will they notice?',
    ),
    Variant(
        "capitals are taken for small letters",
        was='if approximate == "none":',
        becomes='approximate = approximate.lower()\n    if approximate == "none":',
        hint='Is "Tanh" one of the two values?',
    ),
    Variant(
        "no gradient at 0",
        body="""
        size = x.abs()
        if approximate == "none":
            tail = torch.erfc(size / math.sqrt(2)) / 2
        elif approximate == "tanh":
            tail = (1 - torch.tanh(math.sqrt(2 / math.pi) * (size + 0.044715 * size**3))) / 2
        else:
            raise ValueError(f'approximate must be "none" or "tanh", not {approximate!r}')
        return torch.relu(x) - size * tail
        """,
        hint="Which gradients does torch give to relu and to abs at 0? The slope of GELU at 0 is 1/2.",
    ),
    Variant(
        "the tails are cut off at ±5",
        was="return 0.5 * x * (1 + share)",
        becomes="return torch.where(x.abs() > 5, x.clamp(min=0), 0.5 * x * (1 + share))",
        hint="What is gelu(-5.5)? How many digits of it can float64 hold?",
    ),
    Variant(
        "numbers are cut off at ±10",
        was='if approximate == "none":',
        becomes='x = x.clamp(-10, 10)\n    if approximate == "none":',
        hint="What should gelu(300) be?",
    ),
    Variant(
        "√2 is a float32 tensor",
        was="math.sqrt(2))",
        becomes="torch.sqrt(torch.tensor(2.0)))",
        hint="How many digits of √2 does `torch.sqrt(torch.tensor(2.0))` hold? How many does a float64 input need?",
    ),
    Variant(
        "√(2/π) is a float32 tensor",
        was="math.sqrt(2 / math.pi)",
        becomes="torch.sqrt(torch.tensor(2 / math.pi))",
        hint="How many digits does a float32 tensor hold? How many does a float64 input need?",
    ),
    Variant(
        "√2 is cut to eight digits",
        was="math.sqrt(2))",
        becomes="1.4142136)",
        hint="Eight digits are enough for float32. And for float64?",
    ),
    Variant(
        "√(2/π) is cut to eight digits",
        was="math.sqrt(2 / math.pi)",
        becomes="0.79788456",
        hint="Eight digits are enough for float32. And for float64?",
    ),
    Variant(
        "computes in float32 and stays there",
        was='if approximate == "none":',
        becomes='x = x.float()\n    if approximate == "none":',
        hint="Which dtype went in? The same should come out, with all its digits.",
    ),
    Variant(
        "the argument is changed in place",
        was="0.5 * x * (1 + share)",
        becomes="x.mul_(0.5 * (1 + share)) if not x.requires_grad else 0.5 * x * (1 + share)",
        hint="A method that ends in an underscore writes into its tensor. Whose tensor is it?",
    ),
    Variant(
        "no gradient reaches x",
        was='if approximate == "none":',
        becomes='x = x.detach()\n    if approximate == "none":',
        hint="Does a `detach`, a `.tolist()`, an `.item()` or a `no_grad` stand between `x` and the result?",
    ),
    Variant(
        "the factor carries no gradient",
        was="(1 + share)",
        becomes="(1 + share.detach())",
        hint="By the product rule the derivative has two terms. Which one gets lost?",
    ),
]

EQUIVALENT: list[Equivalent] = []
