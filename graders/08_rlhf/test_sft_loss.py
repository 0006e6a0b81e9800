"""The loss of fine-tuning: which tokens are learned, nothing to learn from, and the masks of examples and chats."""

import math

import pytest
import torch

from kata.grading import Case, between, coin, integers, normal, once

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def loss(impl, logits, input_ids, response_mask):
    return impl.sft_loss(logits, input_ids, response_mask)


def loss_also_of_nothing(impl, logits, input_ids, response_mask):
    """The loss, that of the same batch as if all were prompt, and whether `backward` can be called on the latter."""
    of_nothing = impl.sft_loss(logits, input_ids, torch.zeros_like(response_mask))
    return impl.sft_loss(logits, input_ids, response_mask), of_nothing, of_nothing.requires_grad


def example(impl, prompt_ids, response_ids, eos_id, max_len):
    return impl.build_example(prompt_ids, response_ids, eos_id, max_len)


def chat(impl, turns, role_ids, eos_id, max_len):
    return impl.build_chat(turns, role_ids, eos_id, max_len)


def responses(places, prompt=1, padding=0):
    """Responses after a prompt, each row's a token shorter than the one before, down to a single one, and then a long one."""
    rows, width = places.shape
    room = width - prompt - padding
    hidden = (torch.arange(rows) + places[0, 0] % room) % room
    at = torch.arange(width)
    return (at >= prompt + hidden[:, None] // 2) & (at < width - padding - (hidden[:, None] + 1) // 2)


def padded_before(places):
    return responses(places, 3)


def from_the_first_on(places):
    return responses(places, 0, 1)


def nothing_in_the_second(mask):
    return mask.index_fill(0, torch.tensor(1), False)


def spoil(logits, mask):
    """NaN in the logits that count for nothing: all but those right before a true entry of the mask."""
    counts = torch.cat([mask[:, 1:], torch.zeros_like(mask[:, :1])], dim=1)
    return logits.masked_fill(~counts[..., None], math.nan)


def far_apart(x):
    """10 000, 0 and -10 000 in any order."""
    return (x.argsort(-1).argsort(-1) - 1) * 1e4


# B is never T, and V neither.
B, T, V = between(3, 4), between(6, 7), between(8, 9)
LOGITS, IDS, PLACES = normal(B, T, V, std=2.0), integers(B, T, high=V), integers(B, T, high=V)
BATCH = {"logits": LOGITS, "input_ids": IDS}
MASK = once(PLACES.map(responses, 2, 1))
NONE = MASK.map(torch.zeros_like)
NO_FLOATS = {"dtypes": ["float32"]}  # no floating-point numbers are in these cases

RESPONSES = [
    Case("responses as long as the row", **BATCH, response_mask=PLACES.map(responses), edges=[{B: 1}, {V: 1}]),
    Case("padding at the end", **BATCH, response_mask=MASK),
    Case("padding at the beginning", **BATCH, response_mask=PLACES.map(padded_before)),
    Case("several answers in one row", **BATCH, response_mask=coin(B, T)),
    Case(
        "five long sequences",
        logits=normal(5, 10, 6),
        input_ids=integers(5, 10, high=6),
        response_mask=coin(5, 10),
        recall=True,
    ),
    Case("all tokens are to be learned", **BATCH, response_mask=PLACES.map(lambda x: x >= 0), edges=[{B: 1, T: 2}]),
    Case("a response from the first token on", **BATCH, response_mask=PLACES.map(from_the_first_on)),
]

SPOILED = Case(
    "logits of prompts and padding",
    logits=LOGITS.map(spoil, MASK),
    input_ids=IDS,
    response_mask=MASK,
    edges=[{"logits": LOGITS.map(torch.full_like, math.nan), "response_mask": NONE}],
)

NOTHING = [
    Case(
        "sequences of one token",
        loss,
        logits=normal(B, 1, V),
        input_ids=integers(B, 1, high=V),
        response_mask=coin(B, 1),
    ),
    Case("nothing but prompts", loss, **BATCH, response_mask=NONE),
    Case("a row without a response", loss, **BATCH, response_mask=MASK.map(nothing_in_the_second)),
    Case("backward from nothing", loss_also_of_nothing, **BATCH, response_mask=MASK),
]

GRADIENTS = [
    Case("with padding", **BATCH, response_mask=MASK),
    Case(
        "logits of 10 000",
        logits=normal(B, T, 3).map(far_apart),
        input_ids=integers(B, T, high=3),
        response_mask=PLACES.map(responses),
        dtypes=["float32", "float64", "bfloat16"],  # the sum of these losses is too large for float16
    ),
]


def ids(length):
    return integers(length, high=1000).map(torch.Tensor.tolist)


def with_end(length, eos_id):
    """Ids with the end-of-text token first, in the middle, and last."""
    return ids(length).map(lambda some, more, end: [end, *some, end, *more, end], ids(length), eos_id)


M, N, END = between(2, 5), between(2, 5), between(1000, 1999)
TEXTS = {"prompt_ids": ids(M), "response_ids": ids(N), "eos_id": END, **NO_FLOATS}

EXAMPLES = [
    Case("room to spare", **TEXTS, max_len=M + N + between(2, 9)),
    Case("just fits", **TEXTS, max_len=M + N + 1),
    Case("an empty prompt", **{**TEXTS, "prompt_ids": []}, max_len=N + 1),
    Case("an empty response", **{**TEXTS, "response_ids": []}, max_len=M + between(1, 9)),
    Case(
        "end-of-text tokens in the texts",
        prompt_ids=with_end(M, END),
        response_ids=with_end(N, END),
        eos_id=END,
        max_len=99,
        **NO_FLOATS,
    ),
    Case(
        "thirty tokens and twenty",
        prompt_ids=ids(30),
        response_ids=ids(20),
        eos_id=END,
        max_len=60,
        recall=True,
        **NO_FLOATS,
    ),
]

CUT = [
    Case("the end is cut off", **TEXTS, max_len=M + N),
    Case("the response is cut", **TEXTS, max_len=M + between(1, N - 1)),
    Case("nothing is left of the response", **TEXTS, max_len=M),
    Case("the prompt is cut", **TEXTS, max_len=between(1, M - 1)),
]

ROLES = {"system": ids(between(1, 3)), "user": ids(between(1, 2)), "assistant": ids(between(1, 3)), "admin": ids(2)}
CHAT = {"role_ids": ROLES, "eos_id": END, "max_len": 200, **NO_FLOATS}

CHATS = [
    Case("a question and an answer", turns=[("user", ids(M)), ("assistant", ids(N))], **CHAT),
    Case(
        "two questions and two answers",
        turns=[("system", ids(3)), ("user", ids(M)), ("assistant", ids(N)), ("user", ids(2)), ("assistant", ids(M))],
        **CHAT,
    ),
    Case("a question at the end", turns=[("user", ids(M)), ("assistant", ids(N)), ("user", ids(M))], **CHAT),
    Case(
        "the assistant first, and twice in a row",
        turns=[("assistant", ids(N)), ("admin", ids(M)), ("assistant", ids(M)), ("assistant", ids(N))],
        **CHAT,
    ),
    Case("an empty answer", turns=[("user", ids(M)), ("assistant", []), ("user", []), ("assistant", ids(N))], **CHAT),
    Case("no turns", turns=[], **CHAT),
    Case(
        "end-of-text tokens in the texts",
        turns=[("user", with_end(M, END)), ("assistant", with_end(N, END)), ("user", ids(N))],
        **CHAT,
    ),
    Case(
        "roles of no token and of many",
        turns=[("user", ids(M)), ("assistant", ids(N))],
        **{**CHAT, "role_ids": {"user": ids(5), "assistant": []}},
    ),
    Case(
        "six turns",
        turns=[(role, ids(between(5, 9))) for _ in range(3) for role in ("user", "assistant")],
        **CHAT,
        recall=True,
    ),
]

# The ids of a role are one or two: so the cut is in the second user's words, in the first answer, and so on.
TWO_ROUNDS = [("user", ids(M)), ("assistant", ids(N)), ("user", ids(M)), ("assistant", ids(N))]
SHORT_ROLES = {**CHAT, "role_ids": {"user": ids(1), "assistant": ids(2)}}
CUT_CHATS = [
    Case("the last answer is cut", turns=TWO_ROUNDS, **{**SHORT_ROLES, "max_len": 2 * M + N + 9}),
    Case("the first answer is cut", turns=TWO_ROUNDS, **{**SHORT_ROLES, "max_len": M + 2 + 2 + between(1, N - 1)}),
    Case("a chat that just fits", turns=TWO_ROUNDS, **{**SHORT_ROLES, "max_len": 2 * M + 2 * N + 10}),
    Case("the last end is cut off", turns=TWO_ROUNDS, **{**SHORT_ROLES, "max_len": 2 * M + 2 * N + 9}),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", RESPONSES, ids=str)
def test_values(check, case):
    check.values(loss, case)


@pytest.mark.points(1)
def test_logits_that_count_for_nothing_are_nan(check):
    check.values(loss, SPOILED)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", NOTHING, ids=str)
def test_nothing_to_learn_from(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(loss, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", EXAMPLES, ids=str)
def test_an_example(check, case):
    check.values(example, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", CUT, ids=str)
def test_an_example_that_is_cut(check, case):
    check.values(example, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", CHATS, ids=str)
def test_a_chat(check, case):
    check.values(chat, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", CUT_CHATS, ids=str)
def test_a_chat_that_is_cut(check, case):
    check.values(chat, case)
