"""One step of each stage by hand, in plain Python on the models' own numbers; and each stage's bar, at one seed.

`python -m tests.rlhf measure` holds the bars to many seeds, and to policies that must not pass.
"""

import math
import statistics

import pytest
import torch

from tests.conftest import reference
from tests.rlhf import GRADER, draw, recipes, toy_language

SOLUTION = reference(__file__)
NO_STEP = 0.0


def gpt(seed):
    torch.manual_seed(seed)
    return SOLUTION.TinyGPT(7, 8, 2, 10).double()


def still(*models):
    """An optimizer that changes nothing, so that losses are those of the models as they are."""
    return torch.optim.SGD([p for model in models for p in model.parameters()], lr=NO_STEP)


def log_p(model, ids):
    """Of each token but the first, a row at a time and a position at a time."""
    with torch.no_grad():
        return [
            [model(torch.tensor([row[:t]]))[0, -1].log_softmax(0)[row[t]].item() for t in range(1, len(row))]
            for row in ids.tolist()
        ]


IDS = torch.tensor([[1, 2, 3, 4, 0, 5], [6, 5, 4, 3, 2, 1]])
MASK = torch.tensor([[0, 0, 1, 1, 1, 0], [0, 1, 1, 1, 1, 1]], dtype=torch.bool)


def test_losses_of_the_first_two_stages():
    model = gpt(0)
    found = log_p(model, IDS)
    (loss,) = SOLUTION.pretrain(model, [IDS], still(model))
    assert loss == pytest.approx(-statistics.fmean(x for row in found for x in row))
    (loss,) = SOLUTION.finetune(model, [(IDS, MASK)], still(model))
    said = [found[b][t - 1] for b in range(2) for t in range(1, 6) if MASK[b, t]]
    assert loss == pytest.approx(-statistics.fmean(said))


def test_loss_of_the_reward_model():
    model = SOLUTION.Scorer(gpt(1)).double()
    given = model(IDS).tolist()
    first, second = given[0][4], given[1][5]
    chosen, rejected = (IDS[:1], MASK[:1]), (IDS[1:], MASK[1:])
    (loss,) = SOLUTION.train_reward_model(model, [(chosen, rejected)], still(model))
    assert loss == pytest.approx(math.log1p(math.exp(second - first)))


def test_answers_are_drawn_with_the_models_probabilities():
    model, prompts = gpt(2), torch.tensor([[1, 2]])
    generator = torch.Generator().manual_seed(0)
    uniforms = torch.rand(20000, 1, generator=generator, dtype=torch.float64)
    ids, mask = SOLUTION.generate(model, prompts.expand(20000, 2), uniforms)
    shares = ids[:, 2].bincount(minlength=7) / len(ids)
    torch.testing.assert_close(shares.double(), model(prompts)[0, -1].detach().softmax(0), atol=0.02, rtol=0)
    assert mask.tolist()[0] == [False, False, True]


def test_a_step_of_ppo_is_the_policy_gradient():
    """At first the ratio is 1: the gradient of the policy is that of minus the mean of advantages times log-probabilities."""
    policy, ref, critic = gpt(3), gpt(4), SOLUTION.Scorer(gpt(5)).double()
    judge = SOLUTION.Scorer(gpt(6)).double()
    prompts = torch.tensor([[1, 2], [3, 4], [5, 6]])
    uniforms = torch.rand(3, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    ids, mask = SOLUTION.generate(policy, prompts, uniforms)
    new, old = log_p(policy, ids), log_p(ref, ids)
    values, given = critic(ids).tolist(), judge(ids).tolist()
    advantages, scores = {}, []
    for b in range(3):
        places = [t for t in range(ids.shape[1]) if mask[b, t]]
        score = given[b][places[-1]] if ids[b, places[-1]] == 0 else -2.0
        scores.append(score)
        rewards = {t: -0.5 * (new[b][t - 1] - old[b][t - 1]) + score * (t == places[-1]) for t in places}
        deltas = {t: rewards[t] + (values[b][t] if t + 1 in places else 0.0) - values[b][t - 1] for t in places}
        for t in places:
            advantages[b, t] = sum(0.95 ** (u - t) * deltas[u] for u in places if u >= t)
    mean, spread = statistics.fmean(advantages.values()), statistics.stdev(advantages.values())
    loss = 0.0
    logp = policy(ids[:, :-1]).log_softmax(dim=-1)
    for (b, t), advantage in advantages.items():
        loss = loss - (advantage - mean) / (spread + 1e-8) * logp[b, t - 1, ids[b, t]] / len(advantages)
    expected = torch.autograd.grad(loss, list(policy.parameters()))
    before = [p.detach().clone() for p in policy.parameters()]
    optimizer = torch.optim.SGD([*policy.parameters(), *critic.parameters()], lr=1.0)
    means = SOLUTION.ppo(policy, ref, critic, judge, [(prompts, uniforms)], optimizer, beta=0.5, epochs=1)
    assert means == pytest.approx([statistics.fmean(scores)])
    for old_number, now, slope in zip(before, policy.parameters(), expected, strict=True):
        torch.testing.assert_close(old_number - now.detach(), slope, rtol=1e-6, atol=1e-9)


def test_the_first_stages_reach_their_bars():
    inputs = {name: draw(recipe, 0, SOLUTION) for name, recipe in recipes().items() if name != "preferences"}
    GRADER.knows_the_language(GRADER.run_pretrain(SOLUTION, inputs["fresh"], inputs["texts"]))
    GRADER.answers_prompts(GRADER.run_finetune(SOLUTION, GRADER.stored("pretrained"), inputs["demonstrations"]))
    assert toy_language.probabilities(GRADER.stored("pretrained")).sum() < 0.01
