"""Rotary position embedding: the tables, and what they do to queries and keys."""

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, exactly, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def make_tables(impl, **arguments):
    return impl.rope_tables(**arguments)


def rotate(impl, x, cos, sin, **positions):
    # The tables are float32 whatever x is, and nothing is asked of their gradients.
    return impl.apply_rope(x, cos.detach().float(), sin.detach().float(), **positions)


def rotate_with_own_tables(impl, x, positions):
    cos, sin = impl.rope_tables(3000, x.shape[-1])
    return impl.apply_rope(x, cos.to(x.device), sin.to(x.device), positions=positions)


def tables(length):
    # For vectors of 4 numbers. How tables are made is for the student to find out, and so written otherwise here.
    angles = torch.tensor([[position, position / 100] * 2 for position in range(length)])
    return {"cos": exactly(angles.cos().tolist()), "sin": exactly(angles.sin().tolist())}


# For vectors of 6 numbers, at 11 positions.
ANGLES = torch.tensor([[position, position / 20, position / 400] * 2 for position in range(11)])
WIDER = {"cos": exactly(ANGLES.cos().tolist()), "sin": exactly(ANGLES.sin().tolist())}

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
TABLES = [
    Case("five positions", length=5, d=8, dtypes=["float32"]),
    Case("another base", length=5, d=6, base=50.0, dtypes=["float32"]),
    Case("three positions, a width of 12, another base", length=3, d=12, base=500.0, dtypes=["float32"], recall=True),
]

# No float64: the tables are float32, so nothing finer can be asked.
DTYPES = ["float32", "bfloat16"]
VECTORS = [
    Case("one sequence", x=normal(5, 4), **tables(5), dtypes=DTYPES),
    Case("longer tables", x=normal(3, 4), **tables(7), dtypes=DTYPES),
    Case("a batch with heads, not contiguous", x=normal(2, 5, 3, 4).transposed(1, 2), **tables(7), dtypes=DTYPES),
    Case("three axes before the tokens", x=normal(2, 1, 3, 4, 6), **WIDER, dtypes=DTYPES, recall=True),
]
POSITIONS = [
    Case("the same for all", x=normal(3, 2, 3, 4), **tables(7), positions=exactly([6, 1, 2]), dtypes=DTYPES),
    Case(
        "sequences without heads",
        x=normal(2, 3, 4),
        **tables(7),
        positions=exactly([[2, 3, 4], [0, 0, 1]]),
        dtypes=DTYPES,
    ),
    Case(
        "as many sequences as heads",
        x=normal(2, 2, 3, 4),
        **tables(7),
        positions=exactly([[2, 3, 4], [0, 0, 1]]),
        dtypes=DTYPES,
    ),
    Case(
        "two axes between sequences and positions",
        x=normal(2, 2, 2, 3, 4),
        **tables(7),
        positions=exactly([[2, 3, 4], [0, 0, 1]]),
        dtypes=DTYPES,
    ),
    Case(
        "three sequences, five tokens each",
        x=normal(3, 2, 5, 6),
        **WIDER,
        positions=exactly([[10, 0, 3, 3, 7], [1, 2, 3, 4, 5], [9, 8, 0, 6, 2]]),
        dtypes=DTYPES,
        recall=True,
    ),
]
GRADIENTS = Case("gradients", x=normal(2, 5, 4), **tables(5), dtypes=DTYPES)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", TABLES, ids=str)
def test_tables(check, case):
    check.values(make_tables, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", VECTORS, ids=str)
def test_rotation(check, case):
    check.values(rotate, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", POSITIONS, ids=str)
def test_positions(check, case):
    check.values(rotate, case)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(rotate, GRADIENTS)


@pytest.mark.points(1)
def test_scores_depend_on_the_relative_position_only(run, draw):
    q, k = draw(normal(8)).repeat(4, 1), draw(normal(8)).repeat(4, 1)
    start = torch.tensor([0, 100, 1000, 2900])
    q_turned = run(rotate_with_own_tables, x=q, positions=start + 5)
    k_turned = run(rotate_with_own_tables, x=k, positions=start + 2)
    lengths = q.norm(dim=-1)
    assert torch.allclose(q_turned.norm(dim=-1).double(), lengths, rtol=1e-3), "the length of a vector changes"
    scores = (q_turned * k_turned).sum(dim=-1)
    # An angle around 3000 is off by up to 0.0004 in float32; this allows 25 times as much.
    allowed = 0.01 * (lengths * k.norm(dim=-1)).max()
    off = (scores - scores[0]).abs().max()
    assert off < allowed, "the score of positions 5 and 2 is not that of positions 1005 and 1002, or of 2905 and 2902"


HINTS = [
    "A vector of 8 numbers has how many pairs? Which number is the partner of number 1, and by which angle do they turn?",
    (
        "Write the two lines for y1 and y2 as one: the whole vector times the cosines, plus something times the sines. "
        "Which vector is it that has -x2 in its first half and x1 in its second? For positions (B, T), look at the shape "
        "of `cos[positions]` beside that of x, and see where an axis is missing."
    ),
    (
        "The tables are about four lines: exponents, a column of positions divided by a row of powers, the angles twice "
        "side by side, cosine and sine. The rotation is about six: rows of the tables for the positions (0 to T - 1 if "
        "none are given), axes of length 1 between B and T, the two halves of x, the vector beside the sines, the sum, "
        "and the dtype of x."
    ),
]

ALSO_RIGHT = [
    Variant(
        "tables: number by number with math",
        body="""
        import math
        cos, sin = [], []
        for t in range(length):
            angles = [t * base ** (-2 * i / d) for i in range(d // 2)] * 2
            cos.append([math.cos(angle) for angle in angles])
            sin.append([math.sin(angle) for angle in angles])
        return torch.tensor(cos), torch.tensor(sin)
        """,
        region=0,
    ),
    Variant(
        "tables: complex numbers in double precision",
        body="""
        frequencies = 1.0 / (base ** (torch.arange(0, d, 2)[: d // 2].double() / d))
        angles = torch.outer(torch.arange(length).double(), frequencies)
        points = torch.polar(torch.ones_like(angles), angles).repeat(1, 2)
        return points.real.float().contiguous(), points.imag.float().contiguous()
        """,
        region=0,
    ),
    Variant(
        "tables: einsum and exp, returned as a list",
        body="""
        import math
        frequencies = torch.exp(-math.log(base) * torch.arange(0, d, 2, dtype=torch.float32) / d)
        angles = torch.einsum("t,i->ti", torch.arange(length, dtype=torch.float32), frequencies).tile((2,))
        return [torch.cos(angles), torch.sin(angles)]
        """,
        region=0,
    ),
    Variant(
        "rotation: each half by itself, in the dtype of x",
        body="""
        T, half = x.shape[-2], x.shape[-1] // 2
        rows = slice(0, T) if positions is None else positions
        c, s = cos[rows, :half].to(x.dtype), sin[rows, :half].to(x.dtype)
        if c.dim() == 3:
            shape = [c.shape[0]] + [1] * (x.dim() - 3) + [T, half]
            c, s = c.view(shape), s.view(shape)
        x1, x2 = x[..., :half], x[..., half:]
        out = torch.empty_like(x)
        out[..., :half] = x1 * c - x2 * s
        out[..., half:] = x2 * c + x1 * s
        return out
        """,
        region=1,
    ),
    Variant(
        "rotation: products of complex numbers",
        body="""
        half = x.shape[-1] // 2
        turn = torch.complex(cos[:, :half].double(), sin[:, :half].double())
        turn = turn[: x.shape[-2]] if positions is None else turn[positions]
        if positions is not None and positions.ndim == 2:
            turn = turn[(slice(None),) + (None,) * (x.ndim - 3)]
        y = torch.complex(x[..., :half].double(), x[..., half:].double()) * turn
        return torch.cat([y.real, y.imag], dim=-1).type_as(x)
        """,
        region=1,
    ),
    Variant(
        "rotation: a matrix for each position",
        body="""
        T, d = x.shape[-2:]
        if positions is None:
            positions = torch.arange(T).to(cos.device)
        swap = torch.zeros(d, d, device=x.device)
        swap[: d // 2, d // 2 :] = torch.eye(d // 2)
        swap[d // 2 :, : d // 2] = -torch.eye(d // 2)
        turns = torch.diag_embed(cos[positions]) + swap * sin[positions].unsqueeze(-2)
        if turns.dim() == 4:
            turns = turns.reshape(turns.size(0), *(1 for _ in x.shape[1:-2]), T, d, d)
        return (x.float().unsqueeze(-2) @ turns).squeeze(-2).to(x.dtype)
        """,
        region=1,
    ),
    Variant(
        "rotation: rolled by half, the positions spread over the heads",
        body="""
        d = x.size(-1)
        if positions is None:
            positions = torch.arange(x.size(-2), device=x.device)
        if positions.dim() > 1:
            positions = positions.reshape(len(positions), *[1] * (x.dim() - 3), -1)
        positions = positions.expand(x.shape[:-1])
        signs = torch.cat([-torch.ones(d // 2), torch.ones(d // 2)]).to(x)
        out = x * cos[positions] + x.roll(d // 2, dims=-1) * signs * sin[positions]
        return out.to(dtype=x.dtype)
        """,
        region=1,
    ),
]

MISTAKES = [
    Variant(
        "the exponent is i / d",
        was="torch.arange(0, d, 2) / d",
        becomes="torch.arange(d // 2) / d",
        hint="The slowest frequency is nearly 1/b. How large is the largest exponent then?",
    ),
    Variant(
        "the exponent is 4i / d",
        was="torch.arange(0, d, 2) / d",
        becomes="2 * torch.arange(0, d, 2) / d",
        hint="If the steps are of 2 already, is there need for another factor of 2?",
    ),
    Variant(
        "the angles are multiplied by the powers",
        was="[:, None] / base",
        becomes="[:, None] * base",
        hint="Does the last pair turn faster or more slowly than the first one?",
    ),
    Variant(
        "the base is always 10 000",
        was="base**exponents",
        becomes="10000.0**exponents",
        hint="What is the argument `base` for?",
    ),
    Variant(
        "positions count from 1",
        was="torch.arange(length)[:, None]",
        becomes="torch.arange(1, length + 1)[:, None]",
        hint="By which angle does the first vector turn?",
    ),
    Variant(
        "neighbours have the same angle in the tables",
        was="torch.cat([angles, angles], dim=-1)",
        becomes="angles.repeat_interleave(2, dim=-1)",
        hint="Which numbers are a pair in Llama's layout: neighbours, or number i of each half?",
    ),
    Variant(
        "the tables have one column for each pair",
        was="torch.cat([angles, angles], dim=-1)",
        becomes="angles",
        hint="Which shape should the tables have? In what order do the angles stand in a row?",
    ),
    Variant(
        "the tables are one below the other",
        was="torch.cat([angles, angles], dim=-1)",
        becomes="torch.cat([angles, angles], dim=0)",
        hint="Which axis of the tables is for the positions, which for the numbers of a vector?",
    ),
    Variant(
        "the tables come in the wrong order",
        was="return angles.cos(), angles.sin()",
        becomes="return angles.sin(), angles.cos()",
        hint="What is cos 0, and what is sin 0? Which should the first table start with?",
    ),
    Variant(
        "the tables hold the angles",
        was="return angles.cos(), angles.sin()",
        becomes="return angles, angles",
        hint="What is to be done with the angles?",
    ),
    Variant(
        "the tables are float64",
        was="torch.arange(length)",
        becomes="torch.arange(length).double()",
        hint="Which dtype should the tables have? Double precision on the way is fine.",
    ),
    Variant(
        "the positions are held in bfloat16",
        was="torch.arange(length)",
        becomes="torch.arange(length).bfloat16()",
        hint="bfloat16 holds whole numbers up to 256. What becomes of position 1001?",
    ),
    Variant(
        "neighbours are paired, as in the paper",
        was="first, second = x.chunk(2, dim=-1)",
        becomes="first, second, half = x[..., ::2], x[..., 1::2], x.shape[-1] // 2\n"
        "    cos, sin = cos[..., :half], sin[..., :half]\n"
        "    return torch.stack([first * cos - second * sin, second * cos + first * sin], -1).flatten(-2).to(x.dtype)\n"
        "    first, second = x.chunk(2, dim=-1)",
        hint="That is the layout of the paper. In Llama's, which number is the partner of number 0?",
    ),
    Variant(
        "neighbours are paired, but turn by two different angles",
        was="turned = torch.cat([-second, first], dim=-1)",
        becomes="turned = torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).flatten(-2)",
        hint="In which columns of the tables does the same angle stand? Those are the partners.",
    ),
    Variant(
        "both sines have a minus",
        was="torch.cat([-second, first], dim=-1)",
        becomes="torch.cat([-second, -first], dim=-1)",
        hint="Does the length of a vector stay as it is? Which sign has the sine in y2?",
    ),
    Variant(
        "the rotation goes backwards",
        was="torch.cat([-second, first], dim=-1)",
        becomes="torch.cat([second, -first], dim=-1)",
        hint="Compare the signs with the formula, or turn (1, 0) by a quarter turn. Where should it point?",
    ),
    Variant(
        "the minus is missing",
        was="-second",
        becomes="second",
        hint="Does the length of a vector stay as it is? Which sign has the sine in y1?",
    ),
    Variant(
        "the halves are not exchanged",
        was="torch.cat([-second, first], dim=-1)",
        becomes="torch.cat([-first, second], dim=-1)",
        hint="In y1, is it x1 or x2 that is multiplied by the sine?",
    ),
    Variant(
        "the sines are left out",
        was="x * cos + turned * sin",
        becomes="x * cos",
        hint="Does the length of a vector stay as it is?",
    ),
    Variant(
        "cosines and sines are swapped",
        was="x * cos + turned * sin",
        becomes="x * sin + turned * cos",
        hint="What should happen to the vector at position 0, where the angle is 0?",
    ),
    Variant(
        "the tables are used whole, whatever their length",
        was="cos, sin = cos[positions], sin[positions]",
        becomes="if positions.shape != (x.shape[-2],) or positions[0] > 0:\n        cos, sin = cos[positions], sin[positions]",
        hint="The tables may have more rows than there are positions. Which rows belong to T vectors?",
    ),
    Variant(
        "the last rows of the tables are taken",
        was="torch.arange(x.shape[-2], device=x.device)",
        becomes="torch.arange(len(cos) - x.shape[-2], len(cos), device=x.device)",
        hint="Which positions have the T vectors when nobody says? Which rows of a longer table are these?",
    ),
    Variant(
        "the second axis is taken for the positions",
        was="torch.arange(x.shape[-2], device=x.device)",
        becomes="torch.arange(x.shape[1 if x.dim() > 2 else 0], device=x.device)",
        hint="In (B, H, T, d), which axis is T, counted from the end?",
    ),
    Variant(
        "given positions are ignored",
        was="if positions is None:",
        becomes="if True:",
        hint="What is the argument `positions` for?",
    ),
    Variant(
        "given positions say only where to begin",
        was="if positions is None:\n        positions = torch.arange(x.shape[-2], device=x.device)",
        becomes="start = 0 if positions is None else positions[..., :1]\n"
        "    positions = start + torch.arange(x.shape[-2], device=x.device)",
        hint="Do positions always follow on each other? What if they are [6, 1, 2]?",
    ),
    Variant(
        "the sequences of `positions` meet the heads of x",
        was="while positions.dim() == 2 and",
        becomes="while False and",
        hint="Write the shape of `cos[positions]` under that of x, both flush right. What stands under what?",
    ),
    Variant(
        "all sequences get the positions of the first",
        was="cos, sin = cos[positions], sin[positions]",
        becomes="positions = positions[0] if positions.dim() == 2 else positions\n"
        "    cos, sin = cos[positions], sin[positions]",
        hint="Each sequence has a row of positions of its own.",
    ),
    Variant(
        "an axis for the heads is added even if x has none",
        was="cos.dim() < x.dim():",
        becomes="cos.dim() < max(4, x.dim()):",
        hint="Which shape has the result for x (B, T, d)?",
    ),
    Variant(
        "positions (T,) are taken for (B, T) if T = B",
        was="while positions.dim() == 2 and cos.dim() < x.dim():",
        becomes="while len(positions) == len(x) and cos.dim() < x.dim():",
        hint="How many numbers there are tells nothing. What does tell (T,) from (B, T)?",
    ),
    Variant(
        "one axis for the heads is added and no more",
        was="while positions.dim() == 2 and cos.dim() < x.dim():",
        becomes="if positions.dim() == 2 and cos.dim() < x.dim():",
        hint="x may have more than one axis between B and T. How many does `cos[positions]` need?",
    ),
    Variant(
        "the result has the dtype of the tables",
        was=".to(x.dtype)",
        becomes="",
        hint="What is the dtype of bfloat16 times float32, and which one did x have?",
    ),
    Variant(
        "x is changed in place",
        was="return (x * cos + turned * sin).to(x.dtype)",
        becomes="out = (x * cos + turned * sin).to(x.dtype)\n    return out if x.requires_grad else x.copy_(out)",
        hint="Whose tensor is `x`? Who else may still need it?",
    ),
    Variant(
        "no gradient reaches x",
        was="first, second = x.chunk(2, dim=-1)",
        becomes="x = x.detach()\n    first, second = x.chunk(2, dim=-1)",
        hint="Tables need no gradient. But what about the queries and keys that are rotated?",
    ),
    Variant(
        "the turned halves carry no gradient",
        was="turned * sin",
        becomes="turned.detach() * sin",
        hint="Each number of the result depends on two numbers of x.",
    ),
]

EQUIVALENT: list[Equivalent] = [
    Equivalent(
        "joined along axis 1",
        was="[angles, angles], dim=-1",
        becomes="[angles, angles], dim=1",
        reason="A matrix has two axes: the last one is axis 1.",
    ),
    Equivalent(
        "the axes of the sines are counted",
        was="cos.dim() < x.dim()",
        becomes="sin.dim() < x.dim()",
        reason="Both tables have the same shape.",
    ),
    Equivalent(
        "as long as the axes are not as many",
        was="cos.dim() < x.dim()",
        becomes="cos.dim() != x.dim()",
        reason="With positions (B, T), x has three axes or more, as many as `cos[positions]` or more.",
    ),
    Equivalent(
        "positions with two axes or more",
        was="positions.dim() == 2",
        becomes="positions.dim() >= 2",
        reason="Positions have one axis or two.",
    ),
]
