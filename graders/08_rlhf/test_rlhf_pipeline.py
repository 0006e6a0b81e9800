"""Four stages on a toy language: first one or two steps of each, exactly; then each by itself, and all one after the other."""

from functools import cache
from pathlib import Path

import pytest
import torch

from kata.grading import Case, Recipe, between, integers, load, once, toy_language, uniform, weights

# Sums of probabilities that two right ways give in float32 may part where a token is drawn, so what is drawn is drawn in
# float64 alone; and a step in half precision shows little of a gradient.
pytestmark = pytest.mark.exercise(points=10, seconds=30, dtypes=["float32", "float64"], optimizers=True, trains=True)

STORED = Path(__file__).parents[2] / "fixtures" / "rlhf"
BETA, BATCHES, ROUNDS, ROWS, LENGTH = 0.2, 80, 40, 64, 16
NATS_A_SENTENCE, ANSWERS, ORDER, SHARE, CHAINED = 1.5, 0.55, 0.70, 0.40, 0.35
NEAR, FAR, FEWER = 0.3, 1.75, 0.10
SIZES = (toy_language.VOCABULARY, 32, 2, LENGTH)


def copied(state):
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def gpt(impl, state):
    """A model of its own with these weights: `load` alone would have it train the tensors that it was given."""
    (vocabulary, width), (longest, _) = state["tokens.weight"].shape, state["positions.weight"].shape
    layers = sum(name.endswith("qkv.weight") for name in state)
    return load(impl.TinyGPT(vocabulary, width, layers, longest).to(state["tokens.weight"].device), copied(state))


def scorer(impl, state):
    inner = {name.removeprefix("gpt."): tensor for name, tensor in state.items() if name.startswith("gpt.")}
    return load(impl.Scorer(gpt(impl, inner)).to(state["score.weight"].device), copied(state))


def state_of(model):
    return copied(model.state_dict())


def descent(rate, *models):
    return torch.optim.SGD([parameter for model in models for parameter in model.parameters()], lr=rate)


def pretrained(impl, state, batches, rate):
    model = gpt(impl, state)
    return {"losses": impl.pretrain(model, batches, descent(rate, model)), "weights": state_of(model)}


def finetuned(impl, state, batches, rate):
    model = gpt(impl, state)
    return {"losses": impl.finetune(model, batches, descent(rate, model)), "weights": state_of(model)}


def reward_modelled(impl, state, batches, rate):
    model = scorer(impl, state)
    return {"losses": impl.train_reward_model(model, batches, descent(rate, model)), "weights": state_of(model)}


def generated(impl, state, prompts, uniforms):
    ids, mask = impl.generate(gpt(impl, state), prompts, uniforms)
    return {"ids": ids, "mask": mask}


def reinforced(impl, states, batches, rate, **numbers):
    """One scorer's score is large, so that a score goes by the answer and not by chance."""
    policy, reference = (gpt(impl, state) for state in states[:2])
    critic, reward_model = (scorer(impl, state) for state in states[2:])
    means = impl.ppo(policy, reference, critic, reward_model, batches, descent(rate, policy, critic), **numbers)
    models = {"policy": policy, "critic": critic, "reference": reference, "reward model": reward_model}
    return {"scores": means, **{name: state_of(model) for name, model in models.items()}}


def run_pretrain(impl, state, batches):
    model = gpt(impl, state)
    impl.pretrain(model, batches)
    return state_of(model)


def run_finetune(impl, state, batches):
    model = gpt(impl, state)
    impl.finetune(model, batches)
    return state_of(model)


def run_reward_model(impl, state, batches):
    model = scorer(impl, with_a_head(state))
    impl.train_reward_model(model, batches)
    return state_of(model)


def run_ppo(impl, state, reward_model, rounds):
    policy, critic = gpt(impl, state), scorer(impl, with_a_head(state))
    impl.ppo(policy, gpt(impl, state), critic, scorer(impl, reward_model), rounds)
    return state_of(policy)


def run_all(impl, state, texts, demonstrations, preferences, rounds):
    """The reward model's scores are brought to mean 0 and deviation 1 over the answers that people compared."""
    model = gpt(impl, state)
    impl.pretrain(model, texts)
    impl.finetune(model, demonstrations)
    finetuned = state_of(model)
    judge = scorer(impl, with_a_head(finetuned))
    impl.train_reward_model(judge, preferences)
    with torch.no_grad():
        sides = [side for pair in preferences for side in pair]
        found = torch.cat([judge(ids)[torch.arange(len(ids)), last_of(mask)] for ids, mask in sides])
        judge.score.bias.sub_(found.mean()).div_(found.std())
        judge.score.weight.div_(found.std())
    return {"finetuned": finetuned, "policy": run_ppo(impl, finetuned, state_of(judge), rounds)}


def last_of(mask):
    return (mask * torch.arange(mask.shape[1], device=mask.device)).amax(dim=1)


def with_a_head(state):
    """The state of a scorer that gives 0 everywhere at first."""
    weight = torch.zeros_like(state["norm.weight"])
    return {
        **{f"gpt.{name}": tensor for name, tensor in state.items()},
        "score.weight": weight[None],
        "score.bias": weight[:1],
    }


def answered(ids, starts):
    """Ids, and a mask of answers that begin and end anywhere behind the first token."""
    places = torch.arange(ids.shape[1])
    begin = 1 + starts[:, :1] % (ids.shape[1] - 1)
    end = begin + starts[:, 1:2] % (ids.shape[1] - begin)
    return ids, (places >= begin) & (places <= end)


def times(factor):
    return lambda state: {name: factor * tensor if name == "score.weight" else tensor for name, tensor in state.items()}


V, D, B, T, P, N = between(6, 8), between(4, 6), between(3, 4), between(6, 8), between(1, 3), between(5, 7)
RATE = between(0.2, 0.5)
MODEL = weights(lambda impl, *sizes: impl.TinyGPT(*sizes, 2, 12), V, D)
SCORER = weights(lambda impl, *sizes: impl.Scorer(impl.TinyGPT(*sizes, 2, 12)), V, D)
LOUD = SCORER.map(times(3))
IDS, SOME = integers(B, T, high=V), once(integers(B, T, high=V))
TEXTS = IDS.map(answered, integers(B, 2, high=99))
PAIR = Recipe(lambda source: (source(TEXTS), source(TEXTS)))
ROUND = Recipe(lambda source: source((integers(B, P, low=1, high=V), uniform(B, N))))
NONE = [{"batches": []}]

EXACT = [
    Case("pre-training", pretrained, state=MODEL, batches=[IDS, IDS], rate=RATE, edges=NONE),
    Case(
        "pre-training, nine rows of ten tokens",
        pretrained,
        state=MODEL,
        batches=[integers(9, 10, high=6)],
        rate=0.3,
        recall=True,
    ),
]
FINETUNING = [Case("fine-tuning", finetuned, state=MODEL, batches=[TEXTS, TEXTS], rate=RATE, edges=NONE)]
REWARD = [Case("reward model", reward_modelled, state=SCORER, batches=[PAIR, PAIR], rate=RATE, edges=NONE)]
WRITING = [
    Case(
        "answers",
        generated,
        state=MODEL,
        prompts=integers(2 * B, P, high=V),
        uniforms=uniform(2 * B, N),
        dtypes=["float64"],
        edges=[{B: 1}],
    ),
    Case(
        "the largest numbers",
        generated,
        state=MODEL,
        prompts=integers(B, P, high=V),
        uniforms=uniform(B, N, low=0.999999),
        dtypes=["float64"],
    ),
]
PPO = {"states": [MODEL, MODEL, SCORER, LOUD], "batches": [ROUND, ROUND], "rate": RATE}
REINFORCING = [
    Case(
        "two rounds of two steps", reinforced, **PPO, beta=between(0.3, 0.9), epochs=2, dtypes=["float64"], edges=NONE
    ),
    Case("neither beta nor epochs given", reinforced, **PPO, dtypes=["float64"]),
]


@pytest.mark.points(1)
@pytest.mark.parametrize("case", EXACT, ids=str)
def test_steps_of_pretraining(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", FINETUNING, ids=str)
def test_steps_of_fine_tuning(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", REWARD, ids=str)
def test_steps_of_the_reward_model(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", WRITING, ids=str)
def test_answers(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", REINFORCING, ids=str)
def test_rounds_of_ppo(check, case):
    check.values(case.scenario, case)


@cache
def stored(name):
    return toy_language.stored(STORED / f"{name}.safetensors")


def fresh(source):
    """A model that has learned nothing, with numbers about as large as torch makes them at first."""

    def first(name, tensor):
        if "norm" in name:
            return torch.full_like(tensor, float(name.endswith("weight")))
        scale = 1.0 if name in ("tokens.weight", "positions.weight") else 0.1
        return scale * torch.randn(tensor.shape, generator=source.generator)

    return {name: first(name, tensor) for name, tensor in stored("pretrained").items()}


FRESH = Recipe(fresh)
READING = toy_language.batches(toy_language.text, BATCHES, ROWS, LENGTH)
SHOWN = toy_language.batches(toy_language.demonstrations, BATCHES, ROWS)
COMPARED = Recipe(lambda source: source(toy_language.preference_batches(stored("finetuned"), BATCHES, ROWS)))
ROLLOUTS = toy_language.rollouts(ROUNDS, ROWS)


def good_enough(found, reference, share):
    """Hold a policy against the reference that it began with, and against the best there can be: the probabilities of both."""
    policy, start = (toy_language.policy(given, reference) for given in (found, reference))
    best = toy_language.best_policy(reference, BETA)
    closed = (policy.gold - start.gold) / (best.gold - start.gold)
    assert policy.valid >= start.valid - FEWER, (
        f"{policy.valid:.0%} of what the policy says are answers; of what the reference says, {start.valid:.0%} are"
    )
    assert policy.divergence <= FAR * best.divergence, (
        f"the policy is {policy.divergence:.2f} nats away from the reference, and the best one would be {best.divergence:.2f}"
    )
    assert policy.divergence >= NEAR, (
        f"the policy is {policy.divergence:.2f} nats away from the reference; at least {NEAR} are asked for"
    )
    assert closed >= share, (
        f"people's score went {closed:.0%} of the way from the reference to the best policy; {share:.0%} are asked for"
    )


def knows_the_language(found):
    nats = toy_language.far_from_the_language(found)
    assert nats <= NATS_A_SENTENCE, (
        f"after pre-training, the model is {nats:.1f} nats a sentence away from the language; {NATS_A_SENTENCE} are allowed"
    )


def answers_prompts(found):
    given = toy_language.probabilities(found)
    valid = toy_language.policy(given, given).valid
    assert valid >= ANSWERS, (
        f"after fine-tuning, {valid:.0%} of what the model says are answers; {ANSWERS:.0%} are asked for"
    )


def agrees_with_people(found):
    right = toy_language.agreement_with_people(found, toy_language.probabilities(stored("finetuned")))
    assert right >= ORDER, (
        f"the reward model puts {right:.0%} of unlike answers in people's order; {ORDER:.0%} are asked for"
    )


TUNED = {"state": Recipe(lambda source: stored("finetuned"))}
RUNS = [
    Case("a run of pre-training", run_pretrain, state=FRESH, batches=READING),
    Case("a run of fine-tuning", run_finetune, state=Recipe(lambda source: stored("pretrained")), batches=SHOWN),
    Case("a run of the reward model", run_reward_model, **TUNED, batches=COMPARED),
    Case("a run of PPO", run_ppo, **TUNED, reward_model=Recipe(lambda source: stored("reward_model")), rounds=ROLLOUTS),
    Case(
        "all stages", run_all, state=FRESH, texts=READING, demonstrations=SHOWN, preferences=COMPARED, rounds=ROLLOUTS
    ),
]
GOOD_ENOUGH = [
    knows_the_language,
    answers_prompts,
    agrees_with_people,
    lambda found: good_enough(*map(toy_language.probabilities, (found, stored("finetuned"))), SHARE),
    lambda found: good_enough(*map(toy_language.probabilities, (found["policy"], found["finetuned"])), CHAINED),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", RUNS, ids=str)
def test_whole_runs(run, case):
    GOOD_ENOUGH[RUNS.index(case)](run(case.scenario, **case.arguments))
