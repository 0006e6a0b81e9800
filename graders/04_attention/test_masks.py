"""Masks for attention: causal, for padding, and several in one."""

import pytest

from kata.grading import Case, Equivalent, Variant, coin, exactly, lower_triangle

# No numbers with digits after the point go in or come out, so there is nothing to repeat in other dtypes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def causal(impl, empty=False, **sizes):
    mask = impl.causal_mask(**sizes)
    return tuple(mask.shape) if empty else mask  # made row by row, a mask of no keys is one of no numbers as well


def padding(impl, lengths, T, elsewhere=False):
    """The mask or, for lengths on a device without numbers, which stands for a GPU, where it is."""
    if not elsewhere:
        return impl.padding_mask(lengths, T)
    try:
        return impl.padding_mask(lengths.to("meta"), T).device.type
    except RuntimeError as error:
        if "meta tensor" not in str(error):
            raise
        return "meta"  # the answer reads the numbers, which is no mistake: "Cannot copy out of meta tensor; no data!"


def combined(impl, masks):
    return impl.combine(*masks)


CAUSAL = [
    Case("as many keys as queries", T=4),
    Case("more keys than queries", T=3, S=5),
    Case("no keys yet", T=3, S=0, empty=True),
    Case("fewer keys than queries", T=5, S=3),
    Case("one query and six keys", T=1, S=6, recall=True),
    Case("seven queries, as many keys", T=7, recall=True),
]
PADDING = [
    Case("lengths from 0 to T", lengths=exactly([2, 0, 4, 3]), T=4),
    Case("lengths on another device", lengths=exactly([2, 3]), T=5, elsewhere=True),
    Case("all shorter than T", lengths=exactly([2, 3]), T=5),
    Case("five sequences, the longest first", lengths=exactly([6, 5, 3, 1, 0]), T=6, recall=True),
]
# Three masks that differ in every possible way, in one place each.
A = exactly([[True, True, True, True], [False, False, False, False]])
B = exactly([[True, True, False, False], [True, True, False, False]])
C = exactly([[True, False, True, False], [True, False, True, False]])
TWO_TOKENS_AND_ONE = exactly([[[True, True, False]], [[True, False, False]]])

COMBINED = [
    Case("three", masks=[A, B, C]),
    Case("shapes that broadcast", masks=[lower_triangle(3), TWO_TOKENS_AND_ONE]),
    Case("None first, in the middle and last", masks=[None, A, None, B, None]),
    Case("one", masks=[A]),
    Case("nothing but None", masks=[None, None]),
    Case("no mask at all", masks=[]),
    Case("two axes among four", masks=[coin(2, 1, 1, 5), lower_triangle(3, 5), coin(1, 2, 3, 1)], recall=True),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CAUSAL, ids=str)
def test_causal_mask(check, case):
    check.values(causal, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", PADDING, ids=str)
def test_padding_mask(check, case):
    check.values(padding, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", COMBINED, ids=str)
def test_combine(check, case):
    check.values(combined, case)


HINTS = [
    "Which of 3 queries may attend to the first key, and which to the last? And with 5 keys for 3 queries?",
    (
        "Each of the first two masks is a comparison of a row of keys with something that has another axis: the formula "
        "has j on one side and i + S - T on the other. What are the two sides for padding, and which shapes make (B, 1, T) "
        "of them? In `combine`, what is the operator that joins two boolean tensors?"
    ),
    (
        "causal_mask: S if it is missing, then one comparison, or a matrix of True with its upper part taken away. "
        "padding_mask: the numbers 0 to T - 1 on the device of the lengths, and one comparison. combine: a result that "
        "begins as None, and a loop that takes the first mask as it is and joins the others to it, in a new tensor."
    ),
]

ALSO_RIGHT = [
    Variant(
        "causal: a comparison",
        body="""
        S = T if S is None else S
        return torch.arange(S) <= torch.arange(T).unsqueeze(1) + (S - T)
        """,
        region=0,
    ),
    Variant(
        "causal: row by row",
        body="""
        if S is None:
            S = T
        return torch.tensor([[j <= i + S - T for j in range(S)] for i in range(T)])
        """,
        region=0,
    ),
    Variant(
        "causal: what is not above the diagonal",
        body="""
        shape = (T, T if S is None else S)
        return torch.triu(torch.ones(shape), diagonal=shape[1] - T + 1).eq(0)
        """,
        region=0,
    ),
    Variant(
        "padding: row by row",
        body="""
        mask = torch.zeros(len(lengths), 1, T, dtype=torch.bool, device=lengths.device)
        for row, length in zip(mask, lengths.tolist()):
            row[..., :length] = True
        return mask
        """,
        region=1,
    ),
    Variant(
        "padding: counts up the positions",
        body="""
        positions = torch.ones(lengths.shape[0], T, device=lengths.device).cumsum(-1)
        return positions.le(lengths.view(-1, 1)).unsqueeze(1)
        """,
        region=1,
    ),
    Variant(
        "combine: logical_and over what is left",
        body="""
        import functools
        left = [mask for mask in masks if mask is not None]
        return functools.reduce(torch.logical_and, left) if left else None
        """,
        region=2,
    ),
    Variant(
        "combine: broadcast, stacked and all true",
        body="""
        left = list(filter(lambda mask: mask is not None, masks))
        if not left:
            return None
        return torch.stack(torch.broadcast_tensors(*left)).all(dim=0)
        """,
        region=2,
    ),
    Variant(
        "combine: a product, in place on its own tensor",
        body="""
        left = [mask for mask in masks if mask is not None]
        if len(left) == 0:
            return
        out = torch.ones(torch.broadcast_shapes(*(mask.shape for mask in left)), dtype=torch.bool, device=left[0].device)
        for mask in left:
            out &= mask
        return out
        """,
        region=2,
    ),
]

MISTAKES = [
    Variant(
        "the causal mask is True for what is hidden",
        was="torch.ones(T, S, dtype=torch.bool).tril(diagonal=S - T)",
        becomes="~torch.ones(T, S, dtype=torch.bool).tril(diagonal=S - T)",
        hint="May the first query attend to the first key? Then what should stand there?",
    ),
    Variant(
        "queries see what comes after them, and not what came before",
        was="tril(diagonal=S - T)",
        becomes="triu(diagonal=S - T)",
        hint="Which half of the matrix has keys that come before the query?",
    ),
    Variant(
        "a query may not attend to its own token",
        was="diagonal=S - T",
        becomes="diagonal=S - T - 1",
        hint="What is left for the first query if it may not see itself?",
    ),
    Variant(
        "a query may attend to the next token",
        was="diagonal=S - T",
        becomes="diagonal=S - T + 1",
        hint="A model that sees the next token need not learn to predict it. What is the last key of query 0?",
    ),
    Variant(
        "the triangle is aligned to the start",
        was="tril(diagonal=S - T)",
        becomes="tril()",
        hint="With 5 keys for 3 queries, what may the last query attend to?",
    ),
    Variant(
        "the number of keys is ignored",
        was="if S is None:",
        becomes="if True:",
        hint="Which shape should the mask have for 3 queries and 5 keys?",
    ),
    Variant(
        "no keys are taken for as many as queries",
        was="if S is None:",
        becomes="if not S:",
        hint="0 is a number of keys, and as false as None is. How is None told from it?",
    ),
    Variant(
        "queries and keys are swapped",
        was="torch.ones(T, S, dtype",
        becomes="torch.ones(S, T, dtype",
        hint="Which axis of (T, S) is for the queries?",
    ),
    Variant(
        "fewer keys than queries are aligned to the start",
        was="diagonal=S - T",
        becomes="diagonal=max(S - T, 0)",
        hint="Put S = 3 and T = 5 into the formula. What may query 0 attend to?",
    ),
    Variant(
        "earlier keys are hidden",
        was="torch.ones(T, S, dtype=torch.bool).tril(diagonal=S - T)",
        becomes="torch.ones(T, S, dtype=torch.bool).tril(diagonal=S - T).triu(diagonal=max(S - T, 0) - T + 1)",
        hint="Keys from before the first query may be seen by all queries.",
    ),
    Variant(
        "the causal mask is made of numbers",
        was=", dtype=torch.bool",
        becomes="",
        hint="Which dtype should a mask have?",
    ),
    Variant(
        "the causal mask is 0 and -inf",
        was="return torch.ones(T, S, dtype=torch.bool).tril(diagonal=S - T)",
        becomes="return torch.full((T, S), -torch.inf).triu(diagonal=S - T + 1)",
        hint="That is a mask to be added to the scores. Which dtype should this one have?",
    ),
    Variant(
        "the padding mask is True for padding",
        was="keys < lengths",
        becomes="keys >= lengths",
        hint="May a query attend to a real token? Then what should stand there?",
    ),
    Variant(
        "the padding mask is on the CPU, wherever the lengths are",
        was="torch.arange(T, device=lengths.device)",
        becomes="torch.arange(T)",
        hint="Where does `torch.arange` put its numbers if the lengths are on a GPU?",
    ),
    Variant(
        "one token of padding counts as real",
        was="keys < lengths",
        becomes="keys <= lengths",
        hint="With a length of 2, which positions are real, counted from 0?",
    ),
    Variant(
        "the last real token counts as padding",
        was="keys < lengths",
        becomes="keys + 1 < lengths",
        hint="With a length of 2, which positions are real, counted from 0?",
    ),
    Variant(
        "padding comes first",
        was="keys < lengths[:, None, None]",
        becomes="keys >= T - lengths[:, None, None]",
        hint="Which come first in a sequence, the real tokens or the padding?",
    ),
    Variant(
        "the padding mask has no axis for the queries",
        was="lengths[:, None, None]",
        becomes="lengths[:, None]",
        hint="(B, T) beside scores (B, T, T): with which axis of these does B meet?",
    ),
    Variant(
        "the padding mask has an axis for heads",
        was="lengths[:, None, None]",
        becomes="lengths[:, None, None, None]",
        hint="Which shape should the result have?",
    ),
    Variant(
        "padding is hidden as a query, too",
        was="return keys < lengths[:, None, None]",
        becomes="real = keys < lengths[:, None]\n    return real[:, None, :] & real[:, :, None]",
        hint="What would the softmax make of a query that may attend to nothing? Which shape is asked for?",
    ),
    Variant(
        "padding is hidden as a query instead of as a key",
        was="return keys < lengths[:, None, None]",
        becomes="return (keys < lengths[:, None]).unsqueeze(-1)",
        hint="Nobody should look at padding. Is it a query or a key then, and which axis is that?",
    ),
    Variant(
        "the padding mask is as wide as the longest sequence",
        was="torch.arange(T, device",
        becomes="torch.arange(int(lengths.max()), device",
        hint="What is the argument `T` for?",
    ),
    Variant(
        "the padding mask is made of numbers",
        was="return keys < lengths[:, None, None]",
        becomes="return (keys < lengths[:, None, None]).long()",
        hint="Which dtype should a mask have?",
    ),
    Variant(
        "one mask is enough to allow it",
        was="combined & mask",
        becomes="combined | mask",
        hint="A key is padding, but not in the future. May a query attend to it? And what is True + False in torch?",
    ),
    Variant(
        "only the first two masks count",
        was="for mask in masks:",
        becomes="for mask in [m for m in masks if m is not None][:2]:",
        hint="How many masks can `combine` be given?",
    ),
    Variant(
        "only the last mask counts",
        was="combined = combined & mask",
        becomes="combined = mask",
        hint="What becomes of the masks before the last?",
    ),
    Variant(
        "only masks of one shape can be combined",
        was="combined = None\n",
        becomes="left = [m for m in masks if m is not None]\n    if left:\n        return torch.stack(left).all(dim=0)\n"
        "    combined = None\n",
        hint="`torch.stack` wants equal shapes. Which operator broadcasts?",
    ),
    Variant(
        "the first mask is changed in place",
        was="combined = combined & mask",
        becomes="combined = torch.logical_and(combined, mask, out=combined) if combined.shape == mask.shape"
        " else combined & mask",
        hint="The next layer uses the same mask again. What does `&=` do to it?",
    ),
    Variant(
        "the first mask must have the full shape",
        was="combined = combined & mask",
        becomes="combined = combined.clone()\n            combined &= mask",
        hint="(T, T) and (B, 1, T) make (B, T, T). Is there room for that in the first of them?",
    ),
    Variant(
        "None is no mask that can be combined",
        was="elif mask is not None:",
        becomes="else:",
        hint="What is a tensor & None?",
    ),
    Variant(
        "the masks end at the first None",
        was="elif mask is not None:\n            combined = combined & mask",
        becomes="elif mask is None:\n            break\n        else:\n            combined = combined & mask",
        hint="A None in the middle: what about the masks after it?",
    ),
    Variant(
        "one None makes the result None",
        was="combined = None\n",
        becomes="combined = None\n    if None in [m if m is None else 0 for m in masks]:\n        return None\n",
        hint="What does it mean for the other masks that one is None?",
    ),
    Variant(
        "at least one mask is taken for granted",
        was="combined = None\n    for mask in masks:",
        becomes="combined = masks[0]\n    for mask in masks[1:]:",
        hint="`combine()` is a call, too. What are `masks` then, and what should come out?",
    ),
    Variant(
        "nothing to combine gives a mask",
        was="return combined",
        becomes="return torch.tensor(True) if combined is None else combined",
        hint="What should come out if there is no mask among the arguments?",
    ),
]

EQUIVALENT: list[Equivalent] = []
