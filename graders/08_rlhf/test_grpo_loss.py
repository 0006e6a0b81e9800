"""Advantages within a group, and the loss that has no critic: clipping, the penalty, both means, and what is hidden."""

import pytest
import torch

from kata.grading import Case, between, coin, normal, once, spoiled

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def compare(impl, rewards, group_size, **options):
    return impl.group_advantages(rewards, group_size, **options)


def loss(impl, logp, old_logp, ref_logp, advantages, mask, **options):
    """With a gradient for `logp` alone: the statement leaves open whether the others get one."""
    return impl.grpo_loss(logp, old_logp.detach(), ref_logp.detach(), advantages.detach(), mask, **options)


def whole_groups(rewards, group_size):
    """Of these rewards as many as make whole groups."""
    return rewards[: len(rewards) // group_size * group_size]


def alike_in_groups(rewards, group_size):
    """The rewards of the first group stay, those of each other are its first one."""
    rewards = whole_groups(rewards, group_size)
    alike = rewards[::group_size].repeat_interleave(group_size)
    return torch.cat([rewards[:group_size], alike[group_size:]])


def log_probabilities(x):
    return -1 - x.abs()


def very_unlikely(x):
    return x - 150


def hidden_at(x, mask, number):
    """This number wherever the mask is false."""
    return x.masked_fill(~mask, number)


def nearby(logp, x):
    """The logarithms of other probabilities, some within the bounds of clipping and some beyond."""
    return logp + 0.4 * x


def bad_and_good(x):
    """Bad answers and good ones in turn, these small, lest the loss is what is left of large sums, and few digits right."""
    sizes = 0.3 + x.abs()
    return torch.where(torch.arange(len(x)) % 2 == 0, -sizes, 0.1 * sizes)


def apart_by_50(logp):
    """In turn that much more likely, and that much less."""
    return logp + 50 * (1 - 2 * (torch.arange(logp.shape[-1]) % 2))


def no_token_of_the_second(mask):
    return mask.index_fill(0, torch.tensor(1), False)


PROMPTS, G = between(2, 3), between(4, 6)
REWARDS = normal(PROMPTS * G, std=2.0, mean=1.0)
GROUPS = {"rewards": REWARDS, "group_size": G}
ADVANTAGES = [
    Case("with an eps", **GROUPS, eps=between(0.2, 0.6), edges=[{PROMPTS: 1}, {G: 1}, {G: 2}]),
    Case("neither eps nor normalize given", **GROUPS),
    Case("not divided", **GROUPS, normalize=False, edges=[{G: 1}]),
    Case("small rewards", rewards=normal(PROMPTS * G, std=1e-9), group_size=G, eps=between(1e-10, 2e-10)),
    Case(
        "rewards far from 0",
        rewards=normal(PROMPTS * G, mean=300.0),
        group_size=G,
        dtypes=["float32", "float64"],  # bfloat16 has only the even numbers there
    ),
    Case("four groups of seven", rewards=normal(28), group_size=7, eps=0.1, recall=True),
]
# Of so many groups, the mean of some is not what all of its rewards are, in floating point.
LARGE = between(11, 15)
MOSTLY_ALIKE = {"rewards": normal(20 * LARGE, std=10.0).map(alike_in_groups, LARGE), "group_size": LARGE}
ALIKE = [Case("equal rewards", **MOSTLY_ALIKE), Case("equal rewards, not divided", **MOSTLY_ALIKE, normalize=False)]
UNEVEN = Case("a group that is not whole", rewards=normal(PROMPTS * G + 2), group_size=G)

# B is never T.
B, T = between(4, 5), between(6, 8)
MASK = once(coin(B, T, p=0.6))
ALL = MASK.map(torch.ones_like)
LOGP = once(normal(B, T).map(log_probabilities))
NEAR = {
    "logp": LOGP,
    "old_logp": LOGP.map(nearby, normal(B, T)),
    "ref_logp": LOGP.map(nearby, normal(B, T, std=2.0)),
    "advantages": normal(B).map(bad_and_good),
}
NUMBERS = {"clip": between(0.1, 0.4), "beta": between(0.3, 0.6)}
LOSSES = [
    Case("all tokens are the answer's", **NEAR, mask=ALL, **NUMBERS, edges=[{B: 1}, {T: 1}]),
    Case("answers of various lengths", **NEAR, mask=MASK, **NUMBERS, edges=[{"mask": ALL}]),
    Case("neither clip nor beta given", **NEAR, mask=MASK),
    Case("the policy has not moved", **{**NEAR, "old_logp": LOGP}, mask=MASK, **NUMBERS),
    Case(
        "nine answers of ten tokens",
        **{name: normal(9, 10, std=0.5) for name in ("logp", "old_logp", "ref_logp")},
        advantages=normal(9).map(bad_and_good),
        mask=coin(9, 10),
        clip=0.3,
        beta=0.2,
        recall=True,
    ),
]
NONE = Case(
    "an answer of no tokens",
    **NEAR,
    mask=MASK.map(no_token_of_the_second),
    **NUMBERS,
    edges=[{"mask": MASK.map(torch.zeros_like)}],
)
SPOILED = {
    "logp": LOGP.map(spoiled, MASK),
    "old_logp": NEAR["old_logp"].map(spoiled, MASK, 1),
    "ref_logp": NEAR["ref_logp"].map(spoiled, MASK, 2),
}
FAR_APART = {
    "logp": LOGP.map(hidden_at, MASK, 5000.0),
    "old_logp": NEAR["old_logp"].map(hidden_at, MASK, -5000.0),
    "ref_logp": NEAR["ref_logp"].map(hidden_at, MASK, 10000.0),
}
HIDDEN = [
    Case("NaN and infinity are hidden", **{**NEAR, **SPOILED}, mask=MASK, **NUMBERS),
    Case("numbers far apart are hidden", **{**NEAR, **FAR_APART}, mask=MASK, **NUMBERS),
]
UNLIKELY = once(LOGP.map(very_unlikely))
FAR = {**NEAR, "logp": UNLIKELY, "old_logp": UNLIKELY, "ref_logp": UNLIKELY, "mask": ALL, **NUMBERS}
WIDE = ["float32", "float64", "bfloat16"]  # float16 has no exp(50)
RATIOS = [
    Case("old ratios of 50 and of -50", **{**FAR, "old_logp": UNLIKELY.map(apart_by_50)}, dtypes=WIDE),
    Case("reference ratios of 50 and of -50", **{**FAR, "ref_logp": UNLIKELY.map(apart_by_50)}, dtypes=WIDE),
]


@pytest.mark.points(2)
@pytest.mark.parametrize("case", ADVANTAGES, ids=str)
def test_advantages(check, case):
    check.values(compare, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", ALIKE, ids=str)
def test_a_group_of_equal_rewards(check, case):
    check.values(compare, case)


@pytest.mark.points(0.5)
def test_uneven_groups(check):
    check.raises(ValueError, compare, UNEVEN)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", LOSSES, ids=str)
def test_loss_and_gradients(check, case):
    check.gradients(loss, case)


@pytest.mark.points(0.5)
def test_an_answer_of_no_tokens(check):
    check.gradients(loss, NONE)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", HIDDEN, ids=str)
def test_what_is_hidden_has_no_influence(check, case):
    check.gradients(loss, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", RATIOS, ids=str)
def test_far_apart(check, case):
    check.gradients(loss, case)
