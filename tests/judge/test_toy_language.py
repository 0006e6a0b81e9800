"""The toy language: what is counted is what there is, the formulas for its models are the models', the files are as made."""

import hashlib
import json

import pytest
import torch
from torch import Generator

from kata.course import Exercise
from kata.judge import toy_language as toy
from tests.conftest import ROOT, grader_of
from tests.rlhf import FOLDER, PROVENANCE, figures, one_answer, said

EXERCISE = Exercise("08_rlhf/rlhf_pipeline", ROOT)
GRADER = grader_of(EXERCISE)
ABOUT = json.loads(PROVENANCE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def solution():
    from tests.rlhf import SOLUTION

    return SOLUTION


@pytest.mark.parametrize("name", ["pretrained", "finetuned", "reward_model", "policy"])
def test_the_files_are_as_they_were_made(name):
    file = FOLDER / f"{name}.safetensors"
    about = dict(ABOUT["files"][file.name])
    assert about.pop("sha256") == hashlib.sha256(file.read_bytes()).hexdigest()
    assert figures(name, toy.stored(file)) == pytest.approx(about, abs=2e-3)


def test_each_stage_made_the_model_better():
    files = ABOUT["files"]
    assert files["pretrained.safetensors"]["nats_a_sentence"] < 0.1
    assert files["finetuned.safetensors"]["answers"] > 0.9
    assert files["reward_model.safetensors"]["in_order"] > 0.9
    assert files["policy.safetensors"]["gold"] > files["finetuned.safetensors"]["gold"] + 1


def test_what_is_drawn_is_in_the_language():
    generator = Generator().manual_seed(0)
    ids, mask = toy.demonstrations(500, generator)
    answers, hidden, liking = toy.answers()
    known = {tuple(row): score for row, score in zip(answers.tolist(), liking.flatten().tolist(), strict=True)}
    assert len(known) == 4 * (6 * 12 + 6 * 12 * 12)
    assert toy.liked(ids).tolist() == [known[tuple(row)] for row in ids.tolist()]
    assert {int(end) for end in mask.sum(dim=1)} == {4, 6} and not mask[:, : toy.PROMPT].any()
    assert all(
        row[row[toy.PROMPT :].index(toy.END) + toy.PROMPT :] == [toy.END] * 3 for row in ids.tolist() if row[5] == 0
    )
    assert (hidden.sum(dim=1) == torch.where(answers[:, 5] == toy.AND, 6, 4)).all()


def test_text_is_made_of_sentences():
    rows = toy.text(50, 16, Generator().manual_seed(1)).tolist()
    sentences = {
        tuple(row[: row.index(toy.END)]) for row in toy.answers()[0][:, toy.PROMPT :].tolist() if toy.END in row
    }
    for row in rows:
        assert row[0] == toy.END
        parts = " ".join(map(str, row[1:])).split(" 0")
        said = [tuple(map(int, part.split())) for part in parts[:-1]]
        assert said and all(sentence in sentences for sentence in said)


def test_what_is_no_answer_is_not_liked():
    ids = toy.answers()[0][[0, -1]].repeat(3, 1)
    ids[0, 1] += 1  # another topic
    ids[1, 3] = toy.AND  # another verb
    ids[2, 4] = toy.END  # no adjective
    ids[3, 7] = toy.AND  # no end
    assert toy.liked(ids).tolist()[:4] == [toy.NO_ANSWER] * 4
    assert toy.liked(ids[4:]).tolist() == toy.answers()[2].flatten()[[0, -1]].tolist()


def test_the_formulas_are_those_of_the_models(solution):
    state, judge = GRADER.stored("finetuned"), GRADER.stored("reward_model")
    ids, mask, _ = toy.answers()
    ids, mask = ids[::97], mask[::97]
    with torch.no_grad():
        logits = GRADER.gpt(solution, state)(ids)
        scores = GRADER.scorer(solution, judge)(ids)[torch.arange(len(ids)), GRADER.last_of(mask)]
    expected = logits[:, :-1].log_softmax(dim=-1).gather(2, ids[:, 1:, None]).squeeze(2)
    torch.testing.assert_close(toy.log_probs(state, ids), expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(toy.scores(judge, ids, mask), scores, rtol=1e-4, atol=1e-4)


def test_probabilities_are_how_often_it_is_said():
    state, generator = GRADER.stored("finetuned"), Generator().manual_seed(2)
    ids, mask = toy.sampled(state, toy.prompts(2000), generator)
    valid = (toy.liked(ids) != toy.NO_ANSWER) | _two_bad(ids)
    expected = toy.policy(*2 * [toy.probabilities(state)])
    assert valid.float().mean().item() == pytest.approx(expected.valid, abs=0.02)
    assert toy.liked(ids).mean().item() == pytest.approx(expected.gold, abs=0.15)
    assert (ids[mask] == toy.END).sum() >= 0.95 * len(ids)


def _two_bad(ids):
    known = {tuple(row) for row in toy.answers()[0].tolist()}
    return torch.tensor([tuple(row) in known for row in ids.tolist()])


def test_people_choose_the_better_one_more_often():
    (chosen, _), (rejected, _) = toy.preferences(GRADER.stored("finetuned"), 500, Generator().manual_seed(3))
    better, worse = toy.liked(chosen), toy.liked(rejected)
    gap = (better - worse).abs()
    assert (gap > 0).all()
    assert (better > worse).float().mean().item() == pytest.approx(torch.sigmoid(gap).mean().item(), abs=0.07)


def test_no_policy_is_better_than_the_best():
    """Its score less the penalty is the logarithm of the mean of exp(r / beta), which nothing exceeds."""
    q = toy.probabilities(GRADER.stored("finetuned"))
    start = toy.policy(q, q)
    rest = 1 - q.sum(dim=1, keepdim=True)
    liking = torch.cat([toy.answers()[2], torch.full((4, 1), toy.NO_ANSWER)], dim=1)
    shares = torch.cat([q, rest], dim=1)
    deviation = ((shares * (liking - start.gold).square()).sum() / 4).sqrt().item()

    def worth(policy, beta):
        return policy.gold / deviation - beta * policy.divergence

    for beta in (0.1, 0.2, 1.0):
        best = toy.best_policy(q, beta)
        bound = beta * (shares * (liking / deviation / beta).exp()).sum(dim=1).log().mean().item()
        assert worth(best, beta) == pytest.approx(bound, rel=1e-6)
        assert all(worth(toy.best_policy(q, other), beta) < bound for other in (0.05, 0.5, 3.0))


@pytest.mark.parametrize("seed", range(20))
def test_a_policy_that_is_none_is_refused(seed):
    start = toy.probabilities(GRADER.stored("finetuned"))
    assert "nats away" in said(start, start, GRADER.CHAINED)
    assert "nats away" in said(one_answer(seed, start), start, GRADER.CHAINED)


def test_the_stored_policy_is_good_enough():
    states = (GRADER.stored("policy"), GRADER.stored("finetuned"))
    assert not said(*map(toy.probabilities, states), GRADER.SHARE)
