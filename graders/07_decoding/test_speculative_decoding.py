"""Speculative decoding: what is certain, how often each token comes, and where all of it is drawn from."""

from operator import itemgetter

import pytest
import torch
from torch import Generator

from kata.grading import Case, between, integers, once, uniform

# Probabilities are float32, as the statement says.
pytestmark = pytest.mark.exercise(points=10, seconds=5, dtypes=["float32"])

ROUNDS = 12  # steps in a call of a scenario: a step makes one draw, and the statistics need a thousand and more


def seeded(device):
    """A generator with a seed that torch's own one gives, another one for each call."""
    return Generator(device).manual_seed(int(torch.randint(2**40, ())))


def step(impl, target_probs, draft_probs, draft_tokens):
    return impl.speculative_step(target_probs, draft_probs, draft_tokens, seeded(target_probs.device))


def several_steps(impl, target_probs, draft_probs, draft_tokens=None):
    """Steps with one generator, on these tokens or on some that are drawn as a draft draws them."""
    generator = seeded(target_probs.device)
    for _ in range(ROUNDS):
        tokens = torch.multinomial(draft_probs, 1).squeeze(1) if draft_tokens is None else draft_tokens
        yield impl.speculative_step(target_probs, draft_probs, tokens, generator)


def tokens_at(impl, place, target_probs, draft_probs, draft_tokens=None):
    """The token of each step at one place; the first number that is none, where there is no token."""
    steps = several_steps(impl, target_probs, draft_probs, draft_tokens)
    none = target_probs.shape[1]
    return torch.tensor([int(tokens[place]) if len(tokens) > place else none for tokens in steps])


def the_target_s(_, place, target_probs, draft_probs):
    return target_probs[place] / target_probs[place].sum()


def by_the_formula(_, place, target_probs, draft_probs, draft_tokens):
    """Of one token that was proposed: it stays, or another one comes of what is left."""
    p, q, token = target_probs[place], draft_probs[place], draft_tokens[place]
    stays = min(1.0, float(p[token] / q[token]))
    left = torch.stack([p - q, torch.zeros_like(p)]).amax(0)
    chances = (1 - stays) * left / left.sum()
    chances[token] += stays
    return chances


def any_rejected(impl, target_probs, draft_probs, draft_tokens):
    steps = several_steps(impl, target_probs, draft_probs, draft_tokens)
    return torch.tensor([len(tokens) <= len(draft_tokens) for tokens in steps])


def chance_of_any_rejected(_, target_probs, draft_probs, draft_tokens):
    places = torch.arange(len(draft_tokens))
    return 1 - float((target_probs[places, draft_tokens] / draft_probs[places, draft_tokens]).prod())


def what_comes(impl, target_probs, draft_probs, draft_tokens):
    """All tokens that come in several steps."""
    steps = several_steps(impl, target_probs, draft_probs, draft_tokens)
    return sorted({int(token) for tokens in steps for token in tokens})


def draw_from_generators(impl, target_probs, draft_probs, draft_tokens, seed):
    """Which draws are the same with generators, and whether torch's own one is as it was."""
    device = target_probs.device

    def draws(generator):
        return [
            impl.speculative_step(target_probs, draft_probs, draft_tokens, generator).tolist() for _ in range(ROUNDS)
        ]

    torch.manual_seed(seed)
    one, after = draws(Generator(device).manual_seed(seed)), torch.rand(9, device=device)
    torch.manual_seed(seed)
    untouched = torch.equal(torch.rand(9, device=device), after)
    generator = Generator(device).manual_seed(seed)
    again, later = draws(generator), draws(generator)
    lengths = [[len(tokens) for tokens in each] for each in (one, again)]
    return {
        "lengths repeat": lengths[0] == lengths[1],
        "repeats": one == again,
        "goes on": again != later,
        "untouched": untouched,
    }


def normalised(x):
    return x / x.sum(-1, keepdim=True)


def one_hot(token, size):
    return torch.eye(size, dtype=torch.float64)[token]


def certain_targets(draft_probs, draft_tokens, last, rejected=None):
    """Rows that accept each token for certain, but reject the one at a place; there, and behind all, `last` comes."""
    k, size = draft_probs.shape
    target = 0.5 * torch.cat([draft_probs, torch.zeros(1, size)])
    target[torch.arange(k), draft_tokens] += 0.5
    target[k] = one_hot(last, size)
    if rejected is not None:
        target[k] = one_hot((last + 1) % size, size)
        target[rejected] = 0.5 * draft_probs[rejected]
        target[rejected, draft_tokens[rejected]] = 0.0
        target[rejected, last] += 1 - target[rejected].sum()
    return target


def other_than(tokens, place, step, size):
    """A token that is not the one at a place."""
    return int(tokens[place] + step) % size


def never_proposed(draft_probs, draft_tokens, last, place):
    """A draft of few tokens: its own, and a third of all others, but not `last` at a place."""
    numbers = torch.arange(draft_probs.shape[1])
    some = (numbers + torch.arange(len(draft_probs))[:, None]) % 3 == 0
    some |= numbers == draft_tokens[:, None]
    some[place] &= numbers != last
    return normalised(draft_probs * some)


def certain(k, size, rejected=None, sparse=False):
    """Inputs of which only one result can come, and the row of which depends on what is drawn nowhere."""
    tokens, proposed = once(integers(k, high=size)), uniform(k, size, low=0.2).map(normalised)
    if rejected is None:
        last = between(0, size - 1)
    else:
        last = once(tokens.map(other_than, rejected, between(1, size - 1), size))
    proposed = once(proposed.map(never_proposed, tokens, last, rejected) if sparse else proposed)
    target = proposed.map(certain_targets, tokens, last, rejected)
    return {"target_probs": target, "draft_probs": proposed, "draft_tokens": tokens}


def with_one_large(jitter, token, share):
    """One token has so large a share, all others little of what is left."""
    row = (1 - share) * normalised((0.5 + jitter) * (torch.arange(len(jitter)) != token))
    row[token] = share
    return row


def more_and_less(jitter, order, ratio):
    """Probabilities of the target and the draft: of one token the target has this part only, of four it has half, of two
    it has a little more than the draft, and of another one all that is left."""
    draft = normalised(torch.tensor([0.3, 0.1, 0.05, 0.05, 0.125, 0.125, 0.125, 0.125]) * (0.9 + 0.2 * jitter))
    target = 0.5 * draft
    target[0] = ratio * draft[0]
    target[2:4] = draft[2:4] + 0.02
    target[1] = 1 - target[0] - target[2:].sum()
    return torch.stack([target, draft])[:, torch.tensor(order).argsort()]


def with_row(rows, place, row):
    rows = rows.clone()
    rows[place] = row
    return rows


def with_last(rows, last):
    return torch.cat([rows, last[None]])


def with_token(tokens, place, token):
    tokens = tokens.clone()
    tokens[place] = token
    return tokens


def a_part_of_each(draft_probs, draft_tokens, all_accepted):
    """Rows that accept each token with the same probability, and all of them with this one."""
    k, places = len(draft_tokens), torch.arange(len(draft_tokens))
    part = all_accepted ** (1 / k) * draft_probs[places, draft_tokens]
    target = draft_probs.clone()
    target[places, draft_tokens] = 0.0
    target = (1 - part)[:, None] * normalised(target)
    target[places, draft_tokens] = part
    return torch.cat([target, target[:1]])


def nearly(rows, missing):
    return (1 - missing) * torch.cat([rows, rows[:1]])


def unlikely(rows, tokens):
    """The draft thinks each of its tokens very unlikely."""
    rows = rows.clone()
    rows[torch.arange(len(tokens)), tokens] = 1e-7
    return rows


def more_of_the_others(rows, tokens, last):
    """Rows that have as much of each token as the draft has, and of all others a little more."""
    more = 1.01 * rows
    places = torch.arange(len(tokens))
    more[places, tokens] = rows[places, tokens]
    return with_last(more, last)


def little_left(rows, tokens, place, last):
    """The same rows, but at one place a token has nothing, and what the draft gives it, another has besides."""
    target = with_last(rows, one_hot(last, rows.shape[1]))
    target[place, last] += target[place, tokens[place]]
    target[place, tokens[place]] = 0.0
    return target


def with_little(rows, tokens, place, share, last):
    rows = rows.clone()
    rows[place, last] = 0.0
    rows[place, tokens[place]] = share
    return rows


K, V = between(3, 4), between(5, 7)
PLACE = between(0, 2)
TOKENS = once(integers(K, high=V))
PROPOSED = once(uniform(K, V, low=0.2).map(normalised))
LAST_TOKEN = once(between(0, V - 1).map(one_hot, V))
UNLIKELY = once(PROPOSED.map(unlikely, TOKENS))
LONG_TOKENS = once(integers(LONG := between(400, 500), high=V))
LONG_ROWS = once(uniform(LONG, V, low=0.2).map(normalised))
OTHER = once(TOKENS.map(other_than, PLACE, between(1, V - 1), V))
LITTLE = once(PROPOSED.map(with_little, TOKENS, PLACE, between(1e-4, 5e-4), OTHER))

CERTAIN = [
    Case("all are accepted", step, **certain(K, V)),
    Case("no token is proposed", step, **certain(0, V)),
    Case("one is accepted", step, **certain(1, V)),
    Case("one is rejected", step, **certain(1, V, rejected=0)),
    Case("the first is rejected", step, **certain(K, V, rejected=0)),
    Case("one of the first three is rejected", step, **certain(K, V, rejected=PLACE)),
    Case("the last is rejected", step, **certain(K, V, rejected=K - 1)),
    Case("another comes that the draft would never propose", step, **certain(K, V, rejected=PLACE, sparse=True)),
    Case(
        "both models are the same",
        step,
        target_probs=PROPOSED.map(with_last, LAST_TOKEN),
        draft_probs=PROPOSED,
        draft_tokens=TOKENS,
    ),
    Case(
        "both models are the same, and think each token unlikely",
        step,
        target_probs=UNLIKELY.map(with_last, LAST_TOKEN),
        draft_probs=UNLIKELY,
        draft_tokens=TOKENS,
    ),
    Case(
        "the target has as much of each of many tokens, and more of the others",
        step,
        target_probs=LONG_ROWS.map(more_of_the_others, LONG_TOKENS, LAST_TOKEN),
        draft_probs=LONG_ROWS,
        draft_tokens=LONG_TOKENS,
    ),
    Case(
        "little is left to draw from",
        step,
        target_probs=LITTLE.map(little_left, TOKENS, PLACE, OTHER),
        draft_probs=LITTLE,
        draft_tokens=TOKENS,
    ),
    Case("five of eight tokens, one is rejected", step, **certain(5, 8, rejected=3), recall=True),
]

# Rows of eight tokens: at a place that is drawn, target and draft differ, and before it they are the same.
ORDER = once(uniform(8).map(lambda x: x.argsort().tolist()))
ROWS = once(uniform(3, 8, low=0.2).map(normalised))
LARGE = between(0, 7)
LAST = once(uniform(8).map(with_one_large, LARGE, between(0.955, 0.965)))
OFTEN = uniform(8).map(with_one_large, LARGE, between(0.945, 0.955))
SELDOM = uniform(8).map(with_one_large, LARGE, between(0.1, 0.14))
BOTH = once(uniform(8).map(more_and_less, ORDER, between(0.03, 0.04)))

OFTEN_DRAWN = [
    Case(
        "the token at a place, where the draft's are drawn from its probabilities",
        tokens_at,
        place=PLACE,
        target_probs=ROWS.map(with_row, PLACE, OFTEN).map(with_last, LAST),
        draft_probs=ROWS.map(with_row, PLACE, SELDOM),
    ),
    Case(
        "the token behind all that are accepted",
        tokens_at,
        place=3,
        target_probs=ROWS.map(with_last, LAST),
        draft_probs=ROWS,
    ),
]


@pytest.mark.points(3.5)
@pytest.mark.parametrize("case", CERTAIN, ids=str)
def test_what_is_certain(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", OFTEN_DRAWN, ids=str)
def test_the_target_distribution_is_kept(check, case):
    check.frequencies(case.scenario, case, expected=the_target_s)


@pytest.mark.points(2)
def test_what_comes_of_one_proposed_token(check):
    case = Case(
        "how often each token comes where one is proposed that is seldom accepted",
        place=PLACE,
        target_probs=ROWS.map(with_row, PLACE, BOTH.map(itemgetter(0))).map(with_last, LAST),
        draft_probs=ROWS.map(with_row, PLACE, BOTH.map(itemgetter(1))),
        draft_tokens=integers(3, high=8).map(with_token, PLACE, ORDER.map(itemgetter(0))),
    )
    check.frequencies(tokens_at, case, expected=by_the_formula)


SURE = once(between(1, V - 2).map(one_hot, V).map(lambda row, k: row.expand(k, -1).clone(), between(300, 400)))
MANY = between(10, 14)
MANY_TOKENS = once(integers(MANY, high=V))
MANY_ROWS = once(uniform(MANY, V, low=0.2).map(normalised))


@pytest.mark.points(1)
def test_each_token_is_accepted_by_itself(check):
    case = Case(
        "how often any of many tokens is rejected",
        target_probs=MANY_ROWS.map(a_part_of_each, MANY_TOKENS, between(0.03, 0.04)),
        draft_probs=MANY_ROWS,
        draft_tokens=MANY_TOKENS,
    )
    check.share(any_rejected, case, expected=chance_of_any_rejected)


@pytest.mark.points(0.5)
def test_nothing_is_left_to_draw_from(check):
    case = Case(
        "the target has a little less of the one token that there is",
        target_probs=SURE.map(nearly, between(0.008, 0.01)),
        draft_probs=SURE,
        draft_tokens=SURE.map(lambda rows: rows.argmax(-1)),
    )
    check.values(what_comes, case)


@pytest.mark.points(1)
def test_generator(run):
    found = run(
        draw_from_generators,
        target_probs=uniform(K + 1, 8).map(normalised),
        draft_probs=uniform(K, 8).map(normalised),
        draft_tokens=integers(K, high=8),
        seed=between(1, 100_000),
    )
    assert found["lengths repeat"], "generators with the same seed accept other tokens"
    assert found["repeats"], "generators with the same seed accept the same tokens, but draw others in their place"
    assert found["goes on"], "a generator gives the same tokens again when it is used again"
    assert found["untouched"], "torch's global generator is used or seeded"
