"""The sinusoidal position encoding."""

import pytest

from kata.grading import Case, Equivalent, Variant

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def encode(impl, **arguments):
    return impl.sinusoidal_encoding(**arguments)


CASES = [
    Case("five positions", length=5, d_model=8),
    Case("two numbers a position", length=5, d_model=2),
    Case("another base", length=5, d_model=6, base=50.0),
    Case("seven positions, a width of 12", length=7, d_model=12, recall=True),
    Case("one position, another base", length=1, d_model=4, base=100.0, recall=True),
]

FAR = Case("up to position 10 000", length=10_001, d_model=6)
ODD = Case("an odd width", length=3, d_model=5)


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
def test_positions_up_to_10_000(check):
    check.values(encode, FAR)


@pytest.mark.points(1)
def test_an_odd_width_is_refused(check):
    check.raises(ValueError, encode, ODD)


HINTS = [
    "How many different frequencies are there for 8 columns? Which columns share one?",
    (
        "A column of T positions divided by a row of D/2 numbers is a matrix of angles. Which exponents make the row, and "
        "how do you reach every second column of a matrix? And which dtype has the result of `torch.arange`?"
    ),
    (
        "About seven lines: refuse an odd width; the positions as a column and the exponents 2i/D as a row, both "
        "float64; their angles; an empty float32 matrix; its even columns get the sines, its odd ones the cosines."
    ),
]

ALSO_RIGHT = [
    Variant(
        "number by number with math",
        body="""
        import math
        if d_model % 2:
            raise ValueError("odd")
        rows = []
        for t in range(length):
            row = []
            for i in range(0, d_model, 2):
                angle = t / base ** (i / d_model)
                row += [math.sin(angle), math.cos(angle)]
            rows.append(row)
        return torch.tensor(rows)
        """,
    ),
    Variant(
        "stacked and flattened, frequencies by exp and log",
        body="""
        import math
        if d_model // 2 * 2 != d_model:
            raise ValueError(d_model)
        i = torch.arange(d_model // 2).double()
        frequencies = torch.exp(-2 * i / d_model * math.log(base))
        angles = torch.outer(torch.arange(length).double(), frequencies)
        return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()
        """,
    ),
    Variant(
        "powers of a complex number",
        body="""
        if d_model & 1:
            raise ValueError("d_model is odd")
        angles = torch.arange(length, dtype=torch.double).unsqueeze(1) * torch.logspace(
            0, -1 + 2 / d_model, d_model // 2, base=base, dtype=torch.double
        )
        points = torch.polar(torch.ones_like(angles), angles)
        return torch.view_as_real(points)[..., [1, 0]].reshape(length, d_model).to(torch.float32)
        """,
    ),
    Variant(
        "a phase of a quarter turn for the odd columns",
        body="""
        if d_model % 2 != 0:
            raise ValueError
        columns = torch.arange(d_model, dtype=torch.float64)
        odd = columns % 2
        angles = torch.arange(length, dtype=torch.float64)[:, None] * float(base) ** (-(columns - odd) / d_model)
        return torch.sin(angles + odd * torch.pi / 2).to(torch.float)
        """,
    ),
]

MISTAKES = [
    Variant(
        "all sines come before all cosines",
        was="encoding[:, 0::2] = angles.sin()\n    encoding[:, 1::2] = angles.cos()",
        becomes="encoding[:, : d_model // 2] = angles.sin()\n    encoding[:, d_model // 2 :] = angles.cos()",
        hint="Which number of the row does the formula give to 2i + 1?",
    ),
    Variant(
        "sines and cosines are swapped",
        was="encoding[:, 0::2] = angles.sin()\n    encoding[:, 1::2] = angles.cos()",
        becomes="encoding[:, 0::2] = angles.cos()\n    encoding[:, 1::2] = angles.sin()",
        hint="What is sin 0? Which columns of position 0 should be that?",
    ),
    Variant(
        "sines only",
        was="angles.cos()",
        becomes="angles.sin()",
        hint="What belongs into the odd columns?",
    ),
    Variant(
        "positions count from 1",
        was="torch.arange(length, dtype",
        becomes="torch.arange(1, length + 1, dtype",
        hint="What is the row of the first position in the example?",
    ),
    Variant(
        "every column has a frequency of its own",
        was="encoding[:, 1::2] = angles.cos()",
        becomes="odd = torch.arange(1, d_model, 2, dtype=torch.float64) / d_model\n"
        "    encoding[:, 1::2] = (positions[:, None] / base**odd).cos()",
        hint="Is the exponent of column 2i + 1 another one than that of column 2i?",
    ),
    Variant(
        "the number of the column is taken for i",
        body="""
        if d_model % 2 == 1:
            raise ValueError(f"d_model must be even, not {d_model}")
        columns = torch.arange(d_model, dtype=torch.float64)
        angles = torch.arange(length, dtype=torch.float64)[:, None] / base ** (2 * columns / d_model)
        return torch.where(columns % 2 == 0, angles.sin(), angles.cos()).float()
        """,
        hint="In the formula the columns are 2i and 2i + 1. Which i do columns 4 and 5 have?",
    ),
    Variant(
        "the exponent is i / D",
        was="torch.arange(0, d_model, 2, dtype=torch.float64) / d_model",
        becomes="torch.arange(d_model // 2, dtype=torch.float64) / d_model",
        hint="The slowest frequency is nearly 1/b. How large is the largest exponent then?",
    ),
    Variant(
        "the exponent is 4i / D",
        was="torch.arange(0, d_model, 2, dtype=torch.float64) / d_model",
        becomes="2 * torch.arange(0, d_model, 2, dtype=torch.float64) / d_model",
        hint="If the steps are of 2 already, is there need for another factor of 2?",
    ),
    Variant(
        "the frequencies are spread up to 1/b itself",
        was="torch.arange(0, d_model, 2, dtype=torch.float64) / d_model",
        becomes="torch.linspace(0, 1, d_model // 2, dtype=torch.float64)",
        hint="With i up to D/2 - 1, what is the largest exponent 2i/D?",
    ),
    Variant(
        "the angles are multiplied by the powers",
        was="positions[:, None] / base**exponents",
        becomes="positions[:, None] * base**exponents",
        hint="Do the frequencies fall or rise from left to right?",
    ),
    Variant(
        "the base is always 10 000",
        was="base**exponents",
        becomes="10000.0**exponents",
        hint="What is the argument `base` for?",
    ),
    Variant(
        "there are no frequencies",
        was="positions[:, None] / base**exponents",
        becomes="(positions[:, None] + 0 * exponents)",
        hint="Which columns change fast from one position to the next, and which slowly?",
    ),
    Variant(
        "the angles are taken as degrees",
        was="positions[:, None] / base**exponents",
        becomes="torch.deg2rad(positions[:, None] / base**exponents)",
        hint="torch's sine takes radians, as the formula does.",
    ),
    Variant(
        "positions run along the columns",
        was="return encoding",
        becomes="return encoding.T",
        hint="Which shape should the result have?",
    ),
    Variant(
        "there is an axis for the batch",
        was="return encoding",
        becomes="return encoding.unsqueeze(0)",
        hint="Which shape should the result have? Does it need a batch axis to be added to (B, T, D)?",
    ),
    Variant(
        "the result is float64",
        was="torch.empty(length, d_model)",
        becomes="torch.empty(length, d_model, dtype=torch.float64)",
        hint="float64 is for the way. What does it make of a float32 model, if it is added to its input?",
    ),
    Variant(
        "the angles are float32",
        was="torch.float64",
        becomes="torch.float32",
        hint="float32 holds about seven digits. How many of them stand after the decimal point of 10 000 · 0.1?",
    ),
    Variant(
        "the frequencies are float32",
        was="base**exponents",
        becomes="(base**exponents).float().double()",
        hint="An error in the eighth digit of a frequency is multiplied by the position. What is left at 10 000?",
    ),
    Variant(
        "the frequencies are made by exp in float32",
        body="""
        import math
        if d_model % 2 == 1:
            raise ValueError(f"d_model must be even, not {d_model}")
        positions = torch.arange(length).float().unsqueeze(1)
        frequencies = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(base) / d_model))
        encoding = torch.zeros(length, d_model)
        encoding[:, 0::2] = torch.sin(positions * frequencies)
        encoding[:, 1::2] = torch.cos(positions * frequencies)
        return encoding
        """,
        hint="This is how it is often written, and good enough for short texts. What is left of an error in the seventh "
        "digit of a frequency when it is multiplied by 10 000?",
    ),
    Variant(
        "the frequencies are made by a power in float32",
        body="""
        if d_model % 2 == 1:
            raise ValueError(f"d_model must be even, not {d_model}")
        positions = torch.arange(length).float().unsqueeze(1)
        frequencies = 1.0 / base ** (torch.arange(0, d_model, 2).float() / d_model)
        encoding = torch.zeros(length, d_model)
        encoding[:, 0::2] = torch.sin(positions * frequencies)
        encoding[:, 1::2] = torch.cos(positions * frequencies)
        return encoding
        """,
        hint="This is how it is often written, and good enough for short texts. What is left of an error in the eighth "
        "digit of a frequency when it is multiplied by 10 000?",
    ),
    Variant(
        "the frequencies are half precision",
        was="base**exponents",
        becomes="(base**exponents).bfloat16()",
        hint="bfloat16 holds less than three digits. How fast does a wrong frequency run away?",
    ),
    Variant(
        "only 5000 positions are known",
        was="positions = torch.arange(length, dtype=torch.float64)",
        becomes="positions = torch.arange(length, dtype=torch.float64).clamp(max=4999)",
        hint="The formula has no largest position.",
    ),
    Variant(
        "an odd width is accepted",
        was="if d_model % 2 == 1:",
        becomes="if False:",
        hint="What should happen when a sine has no cosine?",
    ),
    Variant(
        "an odd width loses its last column",
        was='raise ValueError(f"d_model must be even, not {d_model}")',
        becomes="return sinusoidal_encoding(length, d_model + 1, base)[:, :-1]",
        hint="That would work, but here an odd width is an error. Which one?",
    ),
]

EQUIVALENT: list[Equivalent] = [
    Equivalent("a remainder of at least 1", was="== 1", becomes=">= 1", reason="A remainder of 2 is never above 1."),
    Equivalent("every second column from the start", was="0::2", becomes="::2", reason="The start is column 0."),
    Equivalent(
        "the positions are whole numbers",
        was="torch.arange(length, dtype=torch.float64)",
        becomes="torch.arange(length)",
        reason="The float64 powers that they are divided by make the angles float64, too.",
    ),
]
