"""Greedy search: the most likely tokens, rows that are finished before others, when to stop, and what the model is asked."""

import math

import pytest
import torch
from torch import nn

from kata.grading import Case, between, integers, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2)

# A model of these cases looks its logits up in a table, at a place that depends on all tokens so far and on their order.
# So whoever gives it other tokens than those gets other ones back.
PLACES = 61


def refuse_other_shapes(input_ids):
    if input_ids.dim() != 2:
        raise ValueError(f"the model takes ids of shape (B, t), not {tuple(input_ids.shape)}")


def table_model(table, asked, eos_id=None, ends=()):
    """Look logits up in a table. Row i, whose first token is i + 1, wants `eos_id` as its new token number `ends[i]`."""

    def model(input_ids):
        refuse_other_shapes(input_ids)
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        logits = table[(input_ids * (2 * places + 1)).cumsum(1) % PLACES]  # (B, t, V)
        asked.append(input_ids.shape[1])
        new = asked[-1] - asked[0]
        if eos_id is not None:
            logits[..., eos_id] = -100.0
            for row, end in enumerate(ends):
                logits[:, -1, eos_id] += 300.0 * (input_ids[:, 0] == row + 1) * (end == new + 1)
        return logits

    return model


def decode(impl, table, ids, steps):
    return impl.greedy(table_model(table, []), ids, steps)


def decode_to_the_end(impl, table, ids, steps, eos_id, ends):
    return impl.greedy(table_model(table, [], eos_id, ends), ids, steps, eos_id)


def count_calls(impl, table, ids, steps, eos_id=None, ends=()):
    asked = []
    impl.greedy(table_model(table, asked, eos_id, ends), ids, steps, eos_id)
    return len(asked)


class TinyGPT(nn.Module):
    """A transformer of one head, in which keys, queries and values are the tokens' vectors themselves."""

    def __init__(self, vocab_size, width, length):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, width)
        self.positions = nn.Embedding(length, width)
        self.head = nn.Linear(width, vocab_size)

    def forward(self, input_ids):
        refuse_other_shapes(input_ids)
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.tokens(input_ids) + self.positions(places)
        scores = (x @ x.mT).masked_fill(places > places.unsqueeze(1), -math.inf)
        return self.head(x + scores.softmax(dim=-1) @ x)


def tiny_gpt(state, device):
    (vocab_size, width), length = state["tokens.weight"].shape, len(state["positions.weight"])
    return load(TinyGPT(vocab_size, width, length).to(device), state)


def decode_with_gpt(impl, state, ids, steps):
    return impl.greedy(tiny_gpt(state, ids.device), ids, steps)


def gradients_are_recorded(impl, state, ids, steps, recording):
    """Whether the logits remember how they came about; and whether torch records gradients afterwards."""
    gpt, remember = tiny_gpt(state, ids.device).requires_grad_(), []

    def model(input_ids):
        logits = gpt(input_ids)
        remember.append(logits.requires_grad)
        return logits

    with torch.set_grad_enabled(recording):
        impl.greedy(model, ids, steps)
        return {"in the model": any(remember), "afterwards": torch.is_grad_enabled()}


def ranks(x):
    """Logits of which no two of a row are equal, below 0 and above."""
    return x.argsort(-1).argsort(-1).double() - 3


def ruled_out(x):
    """All but two tokens of each row are, and the others' logits are far below 0."""
    return torch.where(x < x.topk(2).values[..., -1:], -math.inf, ranks(x) - 1000)


def close_together(x):
    """Logits of which no two of a row are equal, but whose probabilities are, once rounded to float32."""
    return ranks(x) / 2**30


def equal_in_float32(x):
    """Logits of which no two of a row are equal in float64, and all are in float32."""
    return 1 + close_together(x)


def by_row(ids):
    """The first token of row i is i + 1."""
    return torch.cat([torch.arange(1, len(ids) + 1).unsqueeze(1), ids], dim=1)


def ending_in(ids, token):
    """Two prompts that hold a token: the first in the middle, the second at its end."""
    ids[0, -2] = ids[1, -1] = token
    return ids


V, B, T, STEPS = between(7, 9), between(2, 3), between(2, 4), between(6, 8)
EOS = V - 1
TABLE = normal(PLACES, V).map(ranks)
PROMPT = integers(B, T, low=1, high=V - 1).map(by_row)
ENDS = [between(1, 2), between(3, 4), between(4, 5)]
GPT = weights(lambda _, *sizes: TinyGPT(*sizes), V, 6, 16)

WITHOUT_END = [
    Case("some prompts", decode, table=TABLE, ids=integers(B, T, high=V), steps=STEPS, edges=[{B: 1}, {T: 1}]),
    Case(
        "the largest logit several times",
        decode,
        table=integers(PLACES, V, high=2).map(torch.Tensor.double),
        ids=integers(B, T, high=V),
        steps=STEPS,
    ),
    Case(
        "tokens that are ruled out",
        decode,
        table=normal(PLACES, V).map(ruled_out),
        ids=integers(B, T, high=V),
        steps=STEPS,
    ),
    # Each in one dtype: probabilities in float64 are another way that is right, but for float64's own neighbours.
    Case(
        "logits that lie close together",
        decode,
        table=normal(PLACES, V).map(close_together),
        ids=integers(B, T, high=V),
        steps=STEPS,
        dtypes=["float32"],
    ),
    Case(
        "logits that only float64 tells apart",
        decode,
        table=normal(PLACES, V).map(equal_in_float32),
        ids=integers(B, T, high=V),
        steps=STEPS,
        dtypes=["float64"],
    ),
    Case("no new tokens", decode, table=TABLE, ids=integers(B, T, high=V), steps=0),
    # In one dtype: in half precision the largest two may be equal in one order of its sums, and not in another.
    Case("a tiny GPT", decode_with_gpt, state=GPT, ids=integers(B, T, high=V), steps=STEPS, dtypes=["float32"]),
    Case(
        "five prompts of six tokens",
        decode,
        table=normal(PLACES, 11).map(ranks),
        ids=integers(5, 6, high=11),
        steps=7,
        recall=True,
    ),
]

# One row, at least, is not finished before the last step.
SOME_FINISH = [
    Case(
        "rows that are finished before others",
        decode_to_the_end,
        table=TABLE,
        ids=integers(3, T, low=1, high=V - 1).map(by_row),
        steps=STEPS,
        eos_id=EOS,
        ends=[*ENDS[:2], 0],
        edges=[{"ends": [1, 1, 0]}, {"ends": [0, 0, 0]}],
    ),
    Case(
        "eos_id = 0",
        decode_to_the_end,
        table=TABLE,
        ids=PROMPT,
        steps=STEPS,
        eos_id=0,
        ends=[ENDS[0]],
    ),
    Case(
        "eos_id in the prompt",
        decode_to_the_end,
        table=TABLE,
        ids=integers(3, T, low=1, high=V - 1).map(by_row).map(ending_in, EOS),
        steps=STEPS,
        eos_id=EOS,
        ends=[ENDS[1], ENDS[2], 0],
    ),
    Case(
        "a vocabulary of 13 tokens",
        decode_to_the_end,
        table=normal(PLACES, 13).map(ranks),
        ids=integers(4, 5, low=1, high=12).map(by_row),
        steps=9,
        eos_id=12,
        ends=[3, 0, 1, 5],
        recall=True,
    ),
]

ALL_FINISH = {"table": TABLE, "ids": PROMPT, "steps": STEPS, "eos_id": EOS, "ends": ENDS}
SAME = between(2, 4)

STOPS = [
    Case("all rows are finished", decode_to_the_end, **ALL_FINISH, edges=[{B: 1}]),
    Case("all rows are finished at once", decode_to_the_end, **{**ALL_FINISH, "ends": [SAME, SAME, SAME]}),
    Case("calls of the model", count_calls, **ALL_FINISH, edges=[{B: 1}]),
    Case(
        "calls of the model where a row is never finished",
        count_calls,
        **{**ALL_FINISH, "ends": [ENDS[1], 0, 0]},
        edges=[{"steps": 0}],
    ),
    Case("calls of the model without eos_id", count_calls, table=TABLE, ids=PROMPT, steps=STEPS),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", WITHOUT_END, ids=str)
def test_new_tokens(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", SOME_FINISH, ids=str)
def test_finished_rows(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", STOPS, ids=str)
def test_when_to_stop(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_gradients_are_not_recorded(check):
    for recording in (True, False):
        case = Case("gradients", state=GPT, ids=integers(B, T, high=V), steps=STEPS, recording=recording)
        check.values(gradients_are_recorded, case)
