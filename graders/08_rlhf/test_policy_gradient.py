"""The policy gradient: its loss, padding, baselines, where the gradient goes; and a bandit, step by step."""

import pytest
import torch

from kata.grading import (
    Case,
    between,
    choice,
    integers,
    normal,
    once,
    padded_at_the_beginning,
    padded_at_the_end,
    padded_on_both_sides,
    spoiled,
    uniform,
)

pytestmark = pytest.mark.exercise(points=10, seconds=3, optimizers=True)


def reinforce(impl, logp, rewards, mask, **baseline):
    return impl.reinforce_loss(logp, rewards, mask, **baseline)


def reinforce_alone(impl, logp, rewards, mask, **baseline):
    """With rewards that come out of no model: whether a gradient reaches them has a case of its own."""
    return impl.reinforce_loss(logp, rewards.detach(), mask, **baseline)


def hidden_away(impl, logp, rewards, mask):
    """Whether loss and gradient are the same with NaN and infinities at hidden places."""
    results = []
    for made in (logp, spoiled(logp.cpu(), mask.cpu()).to(logp.device)):
        made = made.detach().clone().requires_grad_()
        loss = impl.reinforce_loss(made, rewards, mask)
        results.append((loss.item(), torch.autograd.grad(loss, made)[0]))
    (loss, gradient), (other_loss, other_gradient) = results
    return {
        "the same loss": loss == other_loss,
        "the same gradient": torch.equal(gradient, other_gradient),
        "no gradient at padding": not other_gradient[~mask].any().item(),
    }


def learn(impl, arms, steps, lr, seed):
    return impl.train_bandit(arms, steps, lr, seed)


def leaves_generators_alone(impl, arms, steps, lr, seed):
    before = torch.get_rng_state()
    impl.train_bandit(arms, steps, lr, seed)
    return {"torch's generator is as it was": torch.equal(before, torch.get_rng_state())}


def has_gradient(impl, arms, steps, lr, seed):
    return {"the result has a gradient": impl.train_bandit(arms, steps, lr, seed).requires_grad}


def one_is_bad(rewards):
    """The second is below 0, by less: lest the loss is what is left of two large sums, and few of its digits right."""
    return torch.where(torch.arange(len(rewards)) == 1, -0.2, 1.0) * rewards


def only_the_first(rewards):
    """The others pay nothing."""
    return torch.where(torch.arange(len(rewards)) == 0, rewards, 0.0)


def nothing_in_the_second(mask):
    return mask.index_fill(0, torch.tensor(1), False)


# B is never T, but where it says so.
B, T = between(3, 4), between(6, 8)
PLACES = integers(B, T, high=100)
LOGP = uniform(B, T, low=-3.0, high=-0.1)
REWARDS = uniform(B, low=1.0, high=3.0).map(one_is_bad)
GIVEN = {"logp": LOGP, "rewards": REWARDS}
ALL, RIGHT = PLACES.map(lambda x: x >= 0), once(PLACES.map(padded_at_the_end))

CASES = [
    Case("no padding", **GIVEN, mask=ALL, edges=[{B: 1}, {T: 1}, {B: 1, T: 1}]),
    Case(
        "as many answers as tokens",
        logp=uniform(T, T, low=-3.0, high=-0.1),
        rewards=uniform(T, low=1.0, high=3.0).map(one_is_bad),
        mask=integers(T, T, high=9).map(padded_at_the_end),
    ),
    Case(
        "five answers of ten tokens",
        logp=uniform(5, 10, low=-3.0, high=-0.1),
        rewards=uniform(5, low=1.0, high=3.0),
        mask=integers(5, 10, high=9).map(padded_at_the_end),
        baseline=0.5,
        recall=True,
    ),
]

PADDED = [
    Case("padding at the end", **GIVEN, mask=RIGHT),
    Case("padding at the beginning", **GIVEN, mask=PLACES.map(padded_at_the_beginning)),
    Case("padding on both sides", **GIVEN, mask=PLACES.map(padded_on_both_sides)),
    Case(
        "an answer of no tokens",
        **GIVEN,
        mask=RIGHT.map(nothing_in_the_second),
        edges=[{"mask": PLACES.map(lambda x: x < 0)}],
    ),
]

# One token each, so that a mean over tokens, or none at all, is the same: that costs other tests.
ANSWERS = between(3, 6)
SHORT = {
    "logp": uniform(ANSWERS, 1, low=-3.0, high=-0.1),
    "rewards": uniform(ANSWERS, low=1.0, high=3.0).map(one_is_bad),
    "mask": integers(ANSWERS, 1, high=9).map(lambda x: x >= 0),
}
NUMBER, ONE_EACH = between(0.2, 0.5), uniform(ANSWERS, low=0.1, high=0.5)
BASELINES = [
    Case("a number for all", **SHORT, baseline=NUMBER, edges=[{"baseline": None}]),
    Case("a number for each answer", **SHORT, baseline=ONE_EACH, edges=[{ANSWERS: 1}]),
]

GRADIENTS = [
    Case("of the log-probabilities", reinforce_alone, **GIVEN, mask=ALL),
    Case("none for the rewards", reinforce, **SHORT),
    Case("none for the baseline", reinforce_alone, **SHORT, baseline=ONE_EACH),
]

HIDDEN = Case("padding at the end", **GIVEN, mask=RIGHT)

K, STEPS = between(3, 4), between(12, 18)
BANDIT = {
    "arms": normal(K).map(torch.Tensor.tolist),
    "steps": STEPS,
    "lr": between(0.3, 0.6),
    "seed": between(1, 10**6),
    "dtypes": ["float32"],  # in which it is computed; no tensor goes in
}

ONE_THAT_PAYS = uniform(K, low=2.0, high=3.0).map(only_the_first).map(torch.Tensor.tolist)
SURE = {**BANDIT, "arms": ONE_THAT_PAYS, "lr": between(0.9, 1.1), "steps": STEPS + 90}
# Rounding leaves the sum of 55 equal probabilities just below 1, and the first number that these seeds give is the largest below 1.
BEYOND_ALL = {
    **BANDIT,
    "arms": normal(55).map(torch.Tensor.tolist),
    "steps": 1,
    "seed": choice(22_771_378, 33_036_294, 66_817_142, 71_584_746),
}

BANDITS = [
    Case("some steps", **BANDIT, edges=[{K: 1}, {STEPS: 0}]),
    Case("one step", **{**BANDIT, "steps": 1}),
    Case("two arms, large rewards", **{**BANDIT, "arms": normal(2, std=5.0).map(torch.Tensor.tolist)}),
    Case("an arm that is nearly certain", **SURE),
    Case("a u that none is above", **BEYOND_ALL),
    Case("five arms", **{**BANDIT, "arms": normal(5).map(torch.Tensor.tolist)}, recall=True),
]

LEFT_BEHIND = [
    Case("torch's own generator", leaves_generators_alone, **BANDIT),
    Case("the result", has_gradient, **BANDIT),
]


@pytest.mark.points(3.5)
@pytest.mark.parametrize("case", [*CASES, *PADDED], ids=str)
def test_values(check, case):
    check.values(reinforce, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", BASELINES, ids=str)
def test_baselines(check, case):
    check.values(reinforce, case)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(0.5)
def test_what_is_hidden_has_no_influence(check):
    check.values(hidden_away, HIDDEN)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", BANDITS, ids=str)
def test_bandit(check, case):
    check.values(learn, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", LEFT_BEHIND, ids=str)
def test_bandit_leaves_nothing_behind(check, case):
    check.values(case.scenario, case)
