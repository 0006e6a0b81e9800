"""Generation with a cache: the tokens, caches of every kind, one call after another, and what the model is asked."""

import math

import pytest
import torch
from torch import nn

from kata.grading import Case, between, integers, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2)

# The models of these cases look their logits up in a table, at a place that depends on all tokens so far and on their order.
# So whoever gives them other tokens than those, or another cache, gets other tokens back.
PLACES = 61


def refuse_other_shapes(input_ids):
    if input_ids.dim() != 2:
        raise ValueError(f"the model takes ids of shape (B, t), not {tuple(input_ids.shape)}")


def looked_up(table, input_ids, total, seen):
    """The logits of tokens that come behind `seen` others with these totals, and the new totals."""
    refuse_other_shapes(input_ids)
    places = torch.arange(seen, seen + input_ids.shape[1], device=input_ids.device)
    totals = total + (input_ids * (2 * places + 1)).cumsum(1)  # (B, t)
    return table[totals % PLACES], totals[:, -1:]


def model_with_a_new_cache(table):
    """Its cache is a tuple, and each call makes another."""

    def model(input_ids, cache=None):
        total, seen = (0, 0) if cache is None else cache
        logits, total = looked_up(table, input_ids, total, seen)
        return logits, (total, seen + input_ids.shape[1])

    return model


class Memory:
    """A cache that the model changes in place."""

    def __init__(self):
        self.total, self.seen = 0, 0


def model_with_its_cache_in_place(table):
    def model(input_ids, cache=None):
        cache = Memory() if cache is None else cache
        logits, cache.total = looked_up(table, input_ids, cache.total, cache.seen)
        cache.seen += input_ids.shape[1]
        return logits, cache

    return model


def model_that_keeps_it_itself(table):
    """Its cache is a mere key to what it keeps, and a copy of the key opens nothing."""
    kept = {}

    def model(input_ids, cache=None):
        if cache is not None and cache not in kept:
            raise ValueError("the cache is none that this model has given")
        total, seen = kept.pop(cache, (0, 0))
        logits, total = looked_up(table, input_ids, total, seen)
        key = object()
        kept[key] = total, seen + input_ids.shape[1]
        return logits, key

    return model


def model_with_the_tokens_themselves(table):
    """Its cache is all that it was given, call by call."""

    def model(input_ids, cache=()):
        refuse_other_shapes(input_ids)
        cache = (*(cache or ()), input_ids)
        logits, _ = looked_up(table, torch.cat(cache, dim=1), 0, 0)
        return logits[:, -input_ids.shape[1] :], cache

    return model


def decode(impl, table, ids, steps):
    return impl.generate(model_with_a_new_cache(table), ids, steps)


def decode_in_place(impl, table, ids, steps):
    return impl.generate(model_with_its_cache_in_place(table), ids, steps)


def decode_with_a_key(impl, table, ids, steps):
    return impl.generate(model_that_keeps_it_itself(table), ids, steps)


def decode_with_the_tokens(impl, table, ids, steps):
    return impl.generate(model_with_the_tokens_themselves(table), ids, steps)


def decode_again(impl, table, ids, others, steps):
    """Three generations with one model, two of them of the same prompts."""
    models = [model_with_a_new_cache(table), model_with_its_cache_in_place(table)]
    return [[impl.generate(model, prompts, steps) for prompts in (ids, ids, others)] for model in models]


class TinyGPT(nn.Module):
    """A transformer of one head, in which keys, queries and values are the tokens' vectors themselves: its cache."""

    def __init__(self, vocab_size, width, length):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, width)
        self.positions = nn.Embedding(length, width)
        self.head = nn.Linear(width, vocab_size)

    def forward(self, input_ids, cache=None):
        refuse_other_shapes(input_ids)
        seen = 0 if cache is None else cache.shape[1]
        places = torch.arange(seen + input_ids.shape[1], device=input_ids.device)
        x = self.tokens(input_ids) + self.positions(places[seen:])
        keys = x if cache is None else torch.cat([cache, x], dim=1)
        scores = (x @ keys.mT).masked_fill(places > places[seen:].unsqueeze(1), -math.inf)
        return self.head(x + scores.softmax(dim=-1) @ keys), keys


def tiny_gpt(state, device):
    (vocab_size, width), length = state["tokens.weight"].shape, len(state["positions.weight"])
    return load(TinyGPT(vocab_size, width, length).to(device), state)


def decode_with_gpt(impl, state, ids, steps):
    return impl.generate(tiny_gpt(state, ids.device), ids, steps)


def look_at_calls(impl, table, ids, steps, forgetful=False):
    """What the model is asked that it should not be. A forgetful one gives no cache back."""
    answer, calls = model_with_a_new_cache(table), []

    def model(input_ids, cache=None):
        calls.append((input_ids.shape[1], cache is None))
        logits, cache = answer(input_ids, cache)
        return logits, None if forgetful else cache

    impl.generate(model, ids, steps)
    first, later = calls[:1], calls[1:]
    return {
        "prompt in pieces": first != [(ids.shape[1], True)][:steps],
        "more than one": any(tokens > 1 for tokens, _ in later),
        "too many calls": len(calls) > steps,
        "calls": len(calls),
    }


def gradients_are_recorded(impl, state, ids, steps, recording):
    """Whether the logits remember how they came about; and whether torch records gradients afterwards."""
    gpt, remember = tiny_gpt(state, ids.device).requires_grad_(), []

    def model(input_ids, cache=None):
        logits, cache = gpt(input_ids, cache)
        remember.append(logits.requires_grad)
        return logits, cache

    with torch.set_grad_enabled(recording):
        impl.generate(model, ids, steps)
        return {"in the model": any(remember), "afterwards": torch.is_grad_enabled()}


def ranks(x):
    """Logits of which no two of a row are equal, below 0 and above."""
    return x.argsort(-1).argsort(-1).double() - 3


def close_together(x):
    """Logits of which no two of a row are equal, but whose probabilities are, once rounded to float32."""
    return ranks(x) / 2**30


def equal_in_float32(x):
    """Logits of which no two of a row are equal in float64, and all are in float32."""
    return 1 + close_together(x)


V, B, T, STEPS = between(7, 9), between(2, 3), between(2, 4), between(6, 8)
TABLE = normal(PLACES, V).map(ranks)
GPT = weights(lambda _, *sizes: TinyGPT(*sizes), V, 6, 16)
INPUTS = {"table": TABLE, "ids": integers(B, T, high=V), "steps": STEPS}

CASES = [
    Case("some prompts", decode, **INPUTS, edges=[{B: 1}, {T: 1}, {"steps": 1}, {"steps": 0}]),
    Case("prompts of one token", decode, table=TABLE, ids=integers(B, 1, high=V), steps=STEPS),
    Case("no new tokens", decode, table=TABLE, ids=integers(B, T, high=V), steps=0),
    Case(
        "the largest logit several times",
        decode,
        table=integers(PLACES, V, high=2).map(torch.Tensor.double),
        ids=integers(B, T, high=V),
        steps=STEPS,
    ),
    # Each in one dtype: probabilities in float64 are another way that is right, but for float64's own neighbours.
    Case(
        "logits that lie close together",
        decode,
        **{**INPUTS, "table": normal(PLACES, V).map(close_together)},
        dtypes=["float32"],
    ),
    Case(
        "logits that only float64 tells apart",
        decode,
        **{**INPUTS, "table": normal(PLACES, V).map(equal_in_float32)},
        dtypes=["float64"],
    ),
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


OTHER_CACHES = [
    Case("a cache that is changed in place", decode_in_place, **INPUTS),
    Case("a cache that is a key to what the model keeps itself", decode_with_a_key, **INPUTS),
    Case("a cache that holds the tokens which the model was given", decode_with_the_tokens, **INPUTS),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_new_tokens(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", OTHER_CACHES, ids=str)
def test_other_caches(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_one_generation_after_another(check):
    case = Case("generations with one model", **INPUTS, others=integers(B, T, high=V))
    check.values(decode_again, case)


@pytest.mark.points(1.5)
def test_one_token_a_step(run):
    longer, short = integers(B, T + 1, high=V), integers(B, 1, high=V)
    for more in ({"ids": longer}, {"ids": short}, {"ids": longer, "forgetful": True}):
        found = run(look_at_calls, **{**INPUTS, **more})
        assert not found["prompt in pieces"], (
            "the first call of the model is not one with the whole prompt and no cache"
        )
        assert not found["more than one"], "after the prompt, the model is called with more than one token of a row"


@pytest.mark.points(0.5)
def test_number_of_calls(run):
    for more in ({}, {"steps": 0}):
        found = run(look_at_calls, **{**INPUTS, **more})
        assert not found["too many calls"], "the model is called more often than there are new tokens"


@pytest.mark.points(1)
def test_gradients_are_not_recorded(check):
    for recording in (True, False):
        case = Case("gradients", state=GPT, ids=integers(B, T, high=V), steps=STEPS, recording=recording)
        check.values(gradients_are_recorded, case)
