"""The sigmoid, with gradients, for numbers of any size."""

import pytest

from kata.grading import Case, Equivalent, Variant, exactly, normal

# `*expit` ends in aten's sigmoid, and x / silu(x) would be one in disguise.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*sigmoid*", "*expit*", "silu", "glu"])


def squash(impl, x):
    return impl.sigmoid(x)


FAR_OUT = [-1e4, -1e3, -100.0, 100.0, 1e3, 1e4]

VALUES = [
    Case("numbers from -10 to 10", x=normal(2, 4, 3, std=4.0).transposed()),
    Case("a single number without axes", x=normal().map(abs)),
    Case("numbers as far out as 10 000", x=exactly(FAR_OUT)),
    Case("numbers on five axes", x=normal(2, 1, 3, 2, 2, std=4.0), recall=True),
]

GRADIENTS = [
    # In half precision, σ (1 - σ), which torch's own takes, is off by as much as σ is rounded, and says little of a slope.
    Case("numbers from -10 to 10", dtypes=["float32", "float64"], x=normal(6, 8, std=4.0)),
    Case("zero", x=exactly([0.0, 0.0])),
    Case("numbers as far out as 10 000", x=exactly([*FAR_OUT, 1.0])),
    # It ends at 65 504, while the others can hold even exp(88).
    Case("numbers whose exponential float16 cannot hold", dtypes=["float16"], x=exactly([-20.0, 20.0])),
    Case("numbers on four axes", dtypes=["float32", "float64"], x=normal(3, 1, 2, 5, std=4.0), recall=True),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", VALUES, ids=str)
def test_values(check, case):
    check.values(squash, case)


@pytest.mark.points(6)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(squash, case)


HINTS = [
    "Which of the two fractions is safe for x = 1000, and which for x = -1000?",
    (
        "Write z for the exponential that is at most 1: exp(-x) for positive x, exp(x) for negative x. What do the two "
        "fractions of the formula become? Choose the exponent, not the result: then nothing infinite is ever made."
    ),
    (
        "Four lines: where x is not negative; the exponential of -x there and of x elsewhere; a numerator that is 1 there and "
        "that exponential elsewhere; the numerator divided by 1 plus the exponential."
    ),
]

ALSO_RIGHT = [
    Variant(
        "through tanh",
        body="""
        return 0.5 * (1 + torch.tanh(0.5 * x))
        """,
    ),
    Variant(
        "through the logarithm",
        body="""
        return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))
        """,
    ),
    Variant(
        "a softmax of x and 0, in float64",
        body="""
        pair = torch.stack([x, torch.zeros_like(x)], dim=-1)
        return pair.double().softmax(dim=-1)[..., 0].to(x.dtype)
        """,
    ),
    Variant(
        "both fractions, each of harmless numbers",
        body="""
        zero = torch.zeros_like(x)
        up = torch.where(x < 0, zero, x)
        down = torch.where(x < 0, x, zero)
        e = down.exp()
        return torch.where(x < 0, e / (e + 1), 1 / (1 + torch.exp(-up)))
        """,
    ),
    Variant(
        "a derivative written by hand",
        body="""
        class Squash(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                z = torch.exp(-x.abs())
                y = torch.where(x < 0, z / (1 + z), 1 / (1 + z))
                ctx.save_for_backward(y)
                return y

            @staticmethod
            def backward(ctx, grad):
                (y,) = ctx.saved_tensors
                return grad * y * (1 - y)

        return Squash.apply(x)
        """,
    ),
    Variant(
        "each sign in its own part of a new tensor",
        body="""
        out = torch.empty_like(x)
        negative = x < 0
        out[~negative] = 1 / (1 + torch.exp(-x[~negative]))
        out[negative] = 1 - 1 / (1 + torch.exp(x[negative]))
        return out
        """,
    ),
]

MISTAKES = [
    Variant(
        "the gradient is NaN far below 0",
        body="""
        return 1 / (1 + torch.exp(-x))
        """,
        hint="The value is right, since 1 divided by infinity is 0. But which gradient has exp where it is infinite?",
    ),
    Variant(
        "NaN far above 0",
        body="""
        return x.exp() / (1 + x.exp())
        """,
        hint="What is exp(10 000) in floating point, and what is infinity divided by infinity?",
    ),
    Variant(
        "NaN is replaced afterwards",
        body="""
        return (x.exp() / (1 + x.exp())).nan_to_num(nan=1.0)
        """,
        hint="The value is repaired, but is the gradient? NaN must not arise in the first place.",
    ),
    Variant(
        "the gradient of the branch not taken is NaN",
        body="""
        return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), x.exp() / (1 + x.exp()))
        """,
        hint="`torch.where` works out both branches. What gradient comes back from the one it did not take: 0 times what?",
    ),
    Variant(
        "no gradient at 0",
        was="torch.where(positive, -x, x).exp()",
        becomes="(-x.abs()).exp()",
        hint="Which gradient does torch give to abs at 0? The slope of σ at 0 is 1/4.",
    ),
    Variant(
        "twice the gradient at 0",
        body="""
        up, down = x.clamp(max=0).exp(), (-x.clamp(min=0)).exp()
        return up / (up + down)
        """,
        hint="Which gradient does torch give to clamp at its bound? At 0, half of it would be right.",
    ),
    Variant(
        "the numbers are kept within bounds",
        body="""
        return 1 / (1 + torch.exp(-x.clamp(-10.0, 10.0)))
        """,
        hint="What is the gradient of a clamped number, and what should it be at 12? Choose an exponent that cannot overflow.",
    ),
    Variant(
        "the numbers are kept within bounds that suit float32",
        body="""
        return 1 / (1 + torch.exp(-x.clamp(-88.0, 88.0)))
        """,
        hint="What is exp(88) in float16? Choose an exponent that cannot overflow in any dtype.",
    ),
    Variant(
        "the probabilities are kept away from 0 and 1",
        was="return numerator / (1 + exps)",
        becomes="return (numerator / (1 + exps)).clamp(1e-7, 1 - 1e-7)",
        hint="That is right for the argument of a logarithm, at most. Who asked for bounds here?",
    ),
    Variant(
        "the sign of x is wrong",
        was="torch.where(positive, -x, x).exp()  #",
        becomes="torch.where(positive, -x, x).exp()\n    positive = ~positive  #",
        hint="Should σ grow with x? What is σ(10)?",
    ),
    Variant(
        "the wrong exponent",
        was="torch.where(positive, -x, x)",
        becomes="torch.where(positive, x, -x)",
        hint="Of exp(x) and exp(-x), which one is at most 1 for positive x?",
    ),
    Variant(
        "one fraction for both signs",
        was="exps.masked_fill(positive, 1.0)",
        becomes="1.0",
        hint="For negative x the numerator is not 1: multiply both halves of the fraction 1 / (1 + exp(-x)) by exp(x).",
    ),
    Variant(
        "tanh of x instead of x/2",
        body="""
        return (1 + torch.tanh(x)) / 2
        """,
        hint="Write tanh(x) with exponentials: which power of e stands there? What must its argument be?",
    ),
    Variant(
        "straight lines instead of a curve",
        body="""
        return (x / 6 + 0.5).clamp(0.0, 1.0)
        """,
        hint="This is the hard sigmoid, a rough stand-in. What is σ(1)?",
    ),
    Variant(
        "a softmax over all numbers",
        body="""
        return x.flatten().softmax(dim=0).reshape(x.shape)
        """,
        hint="The sigmoid of one number does not depend on the others.",
    ),
    Variant(
        "powers of two",
        was=".exp()",
        becomes=".exp2()",
        hint="Which base does the formula have?",
    ),
    Variant(
        "a small number is added to the denominator",
        was="(1 + exps)",
        becomes="(1 + exps + 1e-8)",
        hint="The denominator is at least 1. Against what does the small number help?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="positive = x >= 0",
        becomes="x = x.float()\n    positive = x >= 0",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the argument is changed in place",
        was="torch.where(positive, -x, x)",
        becomes="(torch.where(positive, -x, x) if x.requires_grad else x.abs_().neg_())",
        hint="A method that ends in an underscore writes into its tensor. Whose tensor is it?",
    ),
    Variant(
        "the denominator has no gradient",
        was="(1 + exps)",
        becomes="(1 + exps.detach())",
        hint="x stands in the denominator, too. What does `detach` do to its share of the slope?",
    ),
]

HARMLESS = "around 0 both fractions give the same value and slope, and neither exponential is large"

EQUIVALENT = [
    Equivalent("0 counts as negative", was="x >= 0", becomes="x > 0", reason=HARMLESS),
    Equivalent("positive from 1 on", was="x >= 0", becomes="x >= 1", reason=HARMLESS),
    Equivalent("positive from -1 on", was="x >= 0", becomes="x >= -1", reason=HARMLESS),
]
