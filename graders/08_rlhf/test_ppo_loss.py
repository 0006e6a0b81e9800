"""The losses of PPO: the pessimistic one of two, what is watched, padding, far apart, and where the gradient goes."""

import pytest
import torch

from kata.grading import (
    Case,
    between,
    integers,
    once,
    padded_at_the_beginning,
    padded_at_the_end,
    padded_on_both_sides,
    spoiled,
    uniform,
)

pytestmark = pytest.mark.exercise(points=10, seconds=3)


def policy(impl, logp, old_logp, advantages, mask, **clip):
    """The loss. Whether a gradient reaches the other arguments is left open."""
    loss, _ = impl.ppo_loss(logp, old_logp.detach(), advantages.detach(), mask, **clip)
    return loss


def value(impl, values, old_values, returns, mask, **clip):
    return impl.value_loss(values, old_values.detach(), returns.detach(), mask, **clip)


def watched(impl, names, logp, old_logp, advantages, mask, **clip):
    _, stats = impl.ppo_loss(logp, old_logp, advantages, mask, **clip)
    return {name: plain(number) for name, number in sorted(stats.items()) if name in names}


def plain(number):
    return number.item() if isinstance(number, torch.Tensor) else float(number)


def have_gradients(impl, logp, old_logp, advantages, mask, **clip):
    """Whether the graph of a step is kept alive by what is watched."""
    _, stats = impl.ppo_loss(logp.detach().requires_grad_(), old_logp, advantages, mask, **clip)
    kept = [name for name, number in sorted(stats.items()) if isinstance(number, torch.Tensor) and number.requires_grad]
    return {"numbers with a gradient": ", ".join(kept) or "none"}


def outcome(impl, of, inputs, mask, clip):
    trained, *others = (x.detach().clone() for x in inputs)
    result = getattr(impl, of)(trained.requires_grad_(), *others, mask, clip=clip)
    loss, stats = result if of == "ppo_loss" else (result, {})
    (gradient,) = torch.autograd.grad(loss, trained)
    return loss.item(), gradient, {name: plain(number) for name, number in stats.items()}


def hidden_away(impl, of, given, mask, clip, change=spoiled):
    """Whether loss, gradient and what is watched are the same with other numbers at hidden places."""
    others = [change(x.cpu(), mask.cpu(), which).to(x.device) for which, x in enumerate(given)]
    loss, gradient, stats = outcome(impl, of, given, mask, clip)
    other_loss, other_gradient, other_stats = outcome(impl, of, others, mask, clip)
    return {
        "the same loss": loss == other_loss,
        "the same gradient": torch.equal(gradient, other_gradient),
        "no gradient at padding": not other_gradient[~mask].any().item(),
        "the same clip fraction and divergence": stats == other_stats,
    }


def far_apart(x, mask, which):
    """Numbers that are finite, of which one is much larger than the others."""
    return x.masked_fill(~mask, (10000.0, -10000.0, -1.0)[which])


def far_apart_away(impl, of, given, mask, clip):
    return hidden_away(impl, of, given, mask, clip, far_apart)


def turns(x, every):
    """1 and -1, each so many times."""
    return (1 - 2 * (torch.arange(x.numel()) // every % 2)).reshape(x.shape)


def moved(old, shares, clip):
    """In turn well within the bounds and well beyond them, for they are where a rounding counts; up, and then down."""
    within = 0.3 + 0.4 * shares
    return old + turns(old, 2) * clip * torch.where(turns(old, 1) > 0, within, 1.5 + shares)


def good_and_bad(sizes):
    """Four good ones, and four bad ones: small, lest the sum is what is left of two large ones, and few digits right."""
    return torch.where(turns(sizes, 4) > 0, sizes, -0.1 * sizes)


def on_either_side(old, shares, clip):
    """Returns that are further off than the values, on the same side and on the other."""
    return old + turns(old, 4) * clip * (3.5 + 2 * shares)


def apart_and_clipped(old, shares):
    """Every other token is near; the others are 50 up where they are good, and 50 down where they are good or bad."""
    good, up = turns(old, 4) > 0, turns(old, 2) > 0
    return old + torch.where(turns(old, 1) > 0, 0.1 * shares, torch.where(good & up, 50.0, -50.0))


def apart_and_bad(old, shares):
    """Tokens that are bad are 50 up, the others are near."""
    return old + torch.where(turns(old, 4) > 0, 0.1 * shares, 50.0 - shares)


def some_are_zero(advantages):
    """Every third token has the advantage 0, so tokens of all kinds do."""
    return advantages.masked_fill((torch.arange(advantages.numel()) % 3 == 0).reshape(advantages.shape), 0.0)


def nothing_in_the_second(mask):
    return mask.index_fill(0, torch.tensor(1), False)


# B is never T.
B, T = between(3, 4), between(6, 8)
CLIP, WIDE = between(0.2, 0.35), between(1.1, 1.4)
PLACES = integers(B, T, high=100)
SHARES, SIZES = uniform(B, T), uniform(B, T, low=0.5, high=2.0)
OLD = once(uniform(B, T, low=-2.5, high=-1.0))
GUESSES = once(uniform(B, T, low=-1.0, high=2.0))
ADVANTAGES = SIZES.map(good_and_bad)
ALL, NONE = PLACES.map(lambda x: x >= 0), PLACES.map(lambda x: x < 0)
RIGHT = once(PLACES.map(padded_at_the_end))


def of_policy(clip):
    return {"logp": OLD.map(moved, SHARES, clip), "old_logp": OLD, "advantages": ADVANTAGES}


def of_value(clip):
    return {
        "values": GUESSES.map(moved, SHARES, clip),
        "old_values": GUESSES,
        "returns": GUESSES.map(on_either_side, SHARES, clip),
    }


POLICY, VALUE = {**of_policy(CLIP), "clip": CLIP}, {**of_value(CLIP), "clip": CLIP}
FIVE, FOUR = integers(5, 10, high=9), integers(4, 11, high=9)
LONG_OLD = once(uniform(5, 10, low=-2.5, high=-1.0))
LONG_GUESSES = once(uniform(4, 11, low=-1.0, high=2.0))

LEFT, BETWEEN = PLACES.map(padded_at_the_beginning), PLACES.map(padded_on_both_sides)
SOME_EMPTY = RIGHT.map(nothing_in_the_second)
SIZES_OF_ONE = [{B: 1}, {T: 1}, {B: 1, T: 1}]

POLICIES = [
    Case("no padding", **POLICY, mask=ALL, edges=SIZES_OF_ONE),
    Case("padding at the end", **POLICY, mask=RIGHT),
    Case("padding at the beginning", **POLICY, mask=LEFT),
    Case("padding on both sides", **POLICY, mask=BETWEEN),
    Case("an answer of no tokens", **POLICY, mask=SOME_EMPTY),
    Case("no clip given", **of_policy(0.2), mask=ALL),
    Case("a clip above 1", **of_policy(WIDE), mask=ALL, clip=WIDE),
    Case(
        "five answers of ten tokens",
        logp=LONG_OLD.map(moved, uniform(5, 10), 0.3),
        old_logp=LONG_OLD,
        advantages=uniform(5, 10, low=0.5, high=2.0).map(good_and_bad),
        mask=FIVE.map(padded_at_the_end),
        clip=0.3,
        recall=True,
    ),
]

VALUES = [
    Case("no padding", **VALUE, mask=ALL, edges=SIZES_OF_ONE),
    Case("padding at the end", **VALUE, mask=RIGHT),
    Case("padding at the beginning", **VALUE, mask=LEFT),
    Case("padding on both sides", **VALUE, mask=BETWEEN),
    Case("an answer of no tokens", **VALUE, mask=SOME_EMPTY),
    Case("no clip given", **of_value(0.2), mask=ALL),
    Case(
        "four answers of eleven tokens",
        values=LONG_GUESSES.map(moved, uniform(4, 11), 0.3),
        old_values=LONG_GUESSES,
        returns=LONG_GUESSES.map(on_either_side, uniform(4, 11), 0.3),
        mask=FOUR.map(padded_at_the_end),
        clip=0.3,
        recall=True,
    ),
]

FRACTION, DIVERGENCE = {"names": ["clip_fraction"]}, {"names": ["approx_kl"]}
BOTH = {"names": ["approx_kl", "clip_fraction"]}
ALONE = ["float32"]  # in which a share may be counted at any dtype
FRACTIONS = [
    Case("no padding", **FRACTION, **POLICY, mask=ALL, dtypes=ALONE),
    Case("padding at the end", **FRACTION, **POLICY, mask=RIGHT, dtypes=ALONE),
    Case(
        "some advantages are 0",
        **FRACTION,
        **{**POLICY, "advantages": ADVANTAGES.map(some_are_zero)},
        mask=ALL,
        dtypes=ALONE,
    ),
]
DIVERGENCES = [
    Case("no padding", **DIVERGENCE, **POLICY, mask=ALL),
    Case("padding at the end", **DIVERGENCE, **POLICY, mask=RIGHT),
]

GRADIENTS = [
    Case("of the policy's loss", policy, **POLICY, mask=ALL),
    Case("of the policy's loss in the first step", policy, **{**POLICY, "logp": OLD}, mask=ALL),
    Case("of the value loss", value, **VALUE, mask=ALL),
    Case("of the value loss in the first step", value, **{**VALUE, "values": GUESSES}, mask=ALL),
]

UNLIKELY = once(uniform(B, T, low=-150.0, high=-110.0))
APART = {
    "old_logp": UNLIKELY,
    "advantages": ADVANTAGES,
    "mask": ALL,
    "clip": CLIP,
    "dtypes": ["float32", "float64", "bfloat16"],  # that have e^50
}
FAR = [
    Case("ratios far beyond the bounds", logp=UNLIKELY.map(apart_and_clipped, SHARES), **APART),
    Case("a huge loss", logp=UNLIKELY.map(apart_and_bad, SHARES), **APART),
]

OF_POLICY = {"of": "ppo_loss", "given": [*POLICY.values()][:3], "mask": RIGHT, "clip": CLIP}
OF_VALUES = {"of": "value_loss", "given": [*VALUE.values()][:3], "mask": RIGHT, "clip": CLIP}
HIDDEN = [
    Case("hidden from the policy's loss", hidden_away, **OF_POLICY),
    Case("numbers far apart are hidden from it", far_apart_away, **OF_POLICY),
    Case("hidden from the value loss", hidden_away, **OF_VALUES),
]
NOTHING = [
    Case("of the policy's loss", policy, **POLICY, mask=NONE),
    Case("of the value loss", value, **VALUE, mask=NONE),
]
BOTH_OF_NOTHING = Case("what is watched", **BOTH, **POLICY, mask=NONE)
KEPT = Case("what is watched", **POLICY, mask=ALL)


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", POLICIES, ids=str)
def test_policy_loss(check, case):
    check.values(policy, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", VALUES, ids=str)
def test_value_loss(check, case):
    check.values(value, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", FRACTIONS, ids=str)
def test_clip_fraction(check, case):
    check.values(watched, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", DIVERGENCES, ids=str)
def test_approximate_divergence(check, case):
    check.values(watched, case)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", FAR, ids=str)
def test_far_apart_and_gradients(check, case):
    check.gradients(policy, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", HIDDEN, ids=str)
def test_what_is_hidden_has_no_influence(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
def test_nothing_to_learn_from(check):
    for case in NOTHING:
        check.gradients(case.scenario, case)
    check.values(watched, BOTH_OF_NOTHING)


@pytest.mark.points(0.5)
def test_no_graph_is_kept(check):
    check.values(have_gradients, KEPT)
