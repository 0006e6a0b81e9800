"""A reward model: which token is asked, under padding on either side, masks of two kinds, and what is trained."""

import math

import pytest
import torch
from torch import nn

from kata.grading import (
    Case,
    between,
    integers,
    load,
    once,
    padded_at_the_beginning,
    padded_at_the_end,
    padded_on_both_sides,
    weights,
)

pytestmark = pytest.mark.exercise(points=10, seconds=2)


class Backbone(nn.Module):
    """A model in which each token sees itself, and the real ones among those before it.

    So padding has hidden states of its own, and a model that is not told of it gives the real tokens others.
    """

    def __init__(self, vocab_size, width, at_padding=None):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, width)
        self.mix = nn.Linear(width, width)
        self.at_padding = at_padding

    def forward(self, input_ids, attention_mask):
        x, real = self.tokens(input_ids), attention_mask.bool().unsqueeze(-1)
        hidden = torch.tanh(self.mix(x + x.masked_fill(~real, 0.0).cumsum(dim=1)))
        return hidden if self.at_padding is None else hidden.masked_fill(~real, self.at_padding)


class Unlike(Backbone):
    """A backbone that names its arguments otherwise, and turns the mask round: ~True is 0, and ~1 is -2."""

    def forward(self, words, real):
        return super().forward(words, real) + (~real).unsqueeze(-1)


def reward(impl, state, sizes, input_ids, attention_mask, at_padding=None):
    model = load(impl.RewardModel(Backbone(*sizes, at_padding), sizes[1]), state)
    return model(input_ids, attention_mask)


def reward_of_another(impl, state, sizes, input_ids, attention_mask):
    return load(impl.RewardModel(Unlike(*sizes), sizes[1]), state)(input_ids, attention_mask)


def models(*sizes):
    """The weights of the models and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.RewardModel(Backbone(*sizes), sizes[1]), *sizes), "sizes": sizes}


# No two of these sizes are the same.
B, T, V, D = between(3, 4), between(6, 8), between(11, 13), between(9, 10)
MODELS = models(V, D)
GIVEN = {**MODELS, "input_ids": integers(B, T, high=V)}
PLACES = integers(B, T, high=100)
ALL = PLACES.map(torch.ones_like)
RIGHT, LEFT = once(PLACES.map(padded_at_the_end)), once(PLACES.map(padded_at_the_beginning))
BETWEEN = once(PLACES.map(padded_on_both_sides))


def as_numbers(mask):
    return mask.long()


def last_few(places):
    """A mask of the last four tokens: of many, the backbone's sums are so large that its tokens are all alike."""
    return (torch.arange(places.shape[1]) >= places.shape[1] - 4).long().expand(places.shape)


def ended_as_padded(ids, mask):
    """Padding has the id 0, and so has the last real token before it."""
    return ids.masked_fill(mask.flip(1).cumsum(1).flip(1) <= 1, 0)


PLAIN = [
    Case("all tokens are real", **GIVEN, attention_mask=ALL, edges=[{B: 1}, {T: 1}, {B: 1, T: 1}]),
    Case(
        "five sequences of nine tokens",
        **models(7, 4),
        input_ids=integers(5, 9, high=7),
        attention_mask=integers(5, 9, high=9).map(padded_at_the_end).map(as_numbers),
        recall=True,
    ),
]

# The last place is one more than a multiple of 4: from 256 on bfloat16 rounds it to that.
LONG = 4 * between(65, 75) + 2
MANY_TOKENS = {**MODELS, "input_ids": integers(B, LONG, high=V)}

PADDED = [
    Case("padding at the end", **GIVEN, attention_mask=RIGHT.map(as_numbers)),
    Case("padding at the beginning", **GIVEN, attention_mask=LEFT.map(as_numbers)),
    Case("padding on both sides", **GIVEN, attention_mask=BETWEEN.map(as_numbers)),
    Case(
        "a last token with the id of padding",
        **{**GIVEN, "input_ids": GIVEN["input_ids"].map(ended_as_padded, RIGHT)},
        attention_mask=RIGHT.map(as_numbers),
    ),
    Case("hundreds of tokens", **MANY_TOKENS, attention_mask=integers(B, LONG, high=9).map(last_few)),
]

BOOLEAN = [
    Case("padding at the end", reward, **GIVEN, attention_mask=RIGHT),
    Case("padding at the beginning", reward, **GIVEN, attention_mask=LEFT),
    Case("as the backbone is told", reward_of_another, **GIVEN, attention_mask=LEFT),
]

TOLD = Case("a mask of whole numbers", **GIVEN, attention_mask=LEFT.map(as_numbers))

SPOILED = Case("padding at the end", **GIVEN, attention_mask=RIGHT.map(as_numbers), at_padding=math.nan)
TRAINED = Case("all tokens are real", **GIVEN, attention_mask=ALL)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PLAIN, ids=str)
def test_values(check, case):
    check.values(reward, case)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", PADDED, ids=str)
def test_padding(check, case):
    check.values(reward, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", BOOLEAN, ids=str)
def test_boolean_masks(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
def test_what_the_backbone_is_told(check):
    check.values(reward_of_another, TOLD)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(reward, TRAINED)


@pytest.mark.points(0.5)
def test_what_is_hidden_has_no_influence(check):
    check.values(reward, SPOILED)
