"""The models in fixtures/rlhf, made anew, and the bars of rlhf_pipeline, measured at many seeds.

python -m tests.rlhf make                  trains the models, and writes them with where they come from
python -m tests.rlhf measure --seeds 20    what the reference reaches, and what is wrong with a policy that pays no penalty,
                                           one that was not trained, and one that knows a single answer
"""

import argparse
import hashlib
import json
import platform
import sys
import time
from copy import deepcopy

import torch
from safetensors.torch import save_file
from torch import Generator

from kata.course import Exercise
from kata.judge import toy_language
from kata.judge.cases import draw
from kata.judge.reference import load_module
from tests.conftest import ROOT, grader_of

EXERCISE = Exercise("08_rlhf/rlhf_pipeline", ROOT)
FOLDER = ROOT / "fixtures" / "rlhf"
PROVENANCE = FOLDER / "provenance.json"
SEED = 0
SOLUTION = load_module(EXERCISE.solution.read_text(encoding="utf-8"), str(EXERCISE.solution))
GRADER = grader_of(EXERCISE)


def make():
    """Train a model through all stages, longer than a submission does; write what it is after each."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    generator = Generator().manual_seed(SEED)
    about = {"seed": SEED, "python": platform.python_version(), "torch": torch.__version__, "files": {}}
    model = SOLUTION.TinyGPT(*GRADER.SIZES)
    SOLUTION.pretrain(model, [toy_language.text(64, GRADER.LENGTH, generator) for _ in range(150)], adam(model, 0.005))
    write(about, "pretrained", model)
    shown = [toy_language.demonstrations(64, generator) for _ in range(150)]
    SOLUTION.finetune(model, shown, adam(model, 0.01))
    write(about, "finetuned", model)
    sides = toy_language.preferences(GRADER.state_of(model), 64 * 400, generator)
    parts = [x.split(64) for side in sides for x in side]
    pairs = [((a, b), (c, d)) for a, b, c, d in zip(*parts, strict=True)]
    judge = GRADER.scorer(SOLUTION, GRADER.with_a_head(GRADER.state_of(model)))
    SOLUTION.train_reward_model(judge, pairs, adam(judge, 0.003))
    SOLUTION.train_reward_model(judge, pairs, adam(judge, 0.0005))
    with torch.no_grad():  # scores of mean 0 and deviation 1 over what the model says
        found = torch.cat([toy_language.scores(GRADER.state_of(judge), *side) for side in sides])
        judge.score.bias.sub_(found.mean()).div_(found.std())
        judge.score.weight.div_(found.std())
    write(about, "reward_model", judge)
    rounds = draw(GRADER.ROLLOUTS, SEED, SOLUTION)
    policy, critic = deepcopy(model), GRADER.scorer(SOLUTION, GRADER.with_a_head(GRADER.state_of(model)))
    SOLUTION.ppo(policy, model, critic, judge, rounds)
    write(about, "policy", policy)
    PROVENANCE.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def adam(model, rate):
    return torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.95))


def write(about, name, model):
    file = FOLDER / f"{name}.safetensors"
    save_file(GRADER.state_of(model), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    about["files"][file.name] = {"sha256": digest, **figures(name, toy_language.stored(file))}
    print(file.name, about["files"][file.name], flush=True)


def figures(name, state):
    """What is to be known of a stored model, computed from its weights."""
    if name == "pretrained":
        return {"nats_a_sentence": round(toy_language.far_from_the_language(state), 4)}
    start = toy_language.probabilities(GRADER.stored("finetuned"))
    if name == "reward_model":
        return {"in_order": round(toy_language.agreement_with_people(state, start), 4)}
    found = toy_language.policy(toy_language.probabilities(state), start)
    return {"gold": round(found.gold, 4), "answers": round(found.valid, 4), "divergence": round(found.divergence, 4)}


def measure(seed):
    """What the reference reaches in each stage at a seed, and what the bars say of it and of three that fail."""
    inputs = {name: draw(recipe, seed, SOLUTION) for name, recipe in recipes().items()}
    tuned, judge = GRADER.stored("finetuned"), GRADER.stored("reward_model")
    start = toy_language.probabilities(tuned)
    read = GRADER.run_pretrain(SOLUTION, inputs["fresh"], inputs["texts"])
    shown = GRADER.run_finetune(SOLUTION, GRADER.stored("pretrained"), inputs["demonstrations"])
    scorer = GRADER.run_reward_model(SOLUTION, tuned, inputs["preferences"])
    found = {
        "nats": toy_language.far_from_the_language(read),
        "answers": toy_language.policy(toy_language.probabilities(shown), start).valid,
        "order": toy_language.agreement_with_people(scorer, start),
    }
    chain = GRADER.run_all(SOLUTION, inputs.pop("fresh"), **inputs)
    free = GRADER.run_ppo(without_penalty(), tuned, judge, inputs["rounds"])
    policies = {
        "ppo": (GRADER.run_ppo(SOLUTION, tuned, judge, inputs["rounds"]), tuned, GRADER.SHARE),
        "all stages": (chain["policy"], chain["finetuned"], GRADER.CHAINED),
        "no penalty": (free, tuned, GRADER.CHAINED),
    }
    pairs = {
        name: (toy_language.probabilities(state), toy_language.probabilities(reference), share)
        for name, (state, reference, share) in policies.items()
    }
    pairs["not trained"] = start, start, GRADER.CHAINED
    pairs["one answer"] = one_answer(seed, start), start, GRADER.CHAINED
    return found, {name: (toy_language.policy(p, q), said(p, q, share)) for name, (p, q, share) in pairs.items()}


def recipes():
    return {
        "fresh": GRADER.FRESH,
        "texts": GRADER.READING,
        "demonstrations": GRADER.SHOWN,
        "preferences": GRADER.COMPARED,
        "rounds": GRADER.ROLLOUTS,
    }


def without_penalty():
    """The reference, but for the penalty."""
    source = EXERCISE.solution.read_text(encoding="utf-8")
    assert "-beta * (old" in source
    return load_module(source.replace("-beta * (old", "0.0 * (old"), str(EXERCISE.solution))


def one_answer(seed, start):
    """The probabilities of a policy that nearly always gives one answer to a topic, and a good one."""
    liking = toy_language.answers()[2]
    found = 0.001 * start
    for topic, best in enumerate(liking == liking.max()):
        places = best.nonzero().squeeze(1)
        found[topic, places[seed % len(places)]] += 0.999
    return found


def said(found, reference, share):
    """What the bars say of a policy; nothing if it is good enough."""
    try:
        GRADER.good_enough(found, reference, share)
    except AssertionError as error:
        return str(error).partition("\n")[0]
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "measure"])
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    if options.what == "make":
        return make()
    torch.set_num_threads(1)
    for seed in range(options.seeds):
        begin = time.process_time()
        found, others = measure(seed)
        print(f"seed {seed}, {time.process_time() - begin:.1f} s", {k: round(x, 3) for k, x in found.items()})
        for name, (policy, wrong) in others.items():
            print(
                f"  {name}: gold {policy.gold:.2f} answers {policy.valid:.2f} divergence {policy.divergence:.2f}",
                wrong or "passes",
            )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
