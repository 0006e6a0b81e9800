"""Record what TRL's own functions give, for the oracles of 08_rlhf: `python tests/oracles/trl/record.py` with trl installed.

TRL 0.11.4 has PPO, DPO and the reward model's loss as methods that need no trainer around them; 0.17.0 has GRPO's. Run it
once with each: it keeps what the other has recorded. README.md says which versions made numbers.json.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

import trl

NUMBERS = Path(__file__).with_name("numbers.json")
PADDED_RIGHT = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]])


def draw(generator: torch.Generator, *shape: int, scale: float = 1.0) -> torch.Tensor:
    return scale * torch.randn(*shape, generator=generator, dtype=torch.float64)


def plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def of_ppo(generator: torch.Generator) -> dict[str, list[dict[str, Any]]]:
    """`PPOTrainer` of TRL before 0.12: rewards with a penalty, advantages, both losses."""
    from trl.trainer.ppo_trainer import PPOTrainer

    mask, shape = PADDED_RIGHT, PADDED_RIGHT.shape
    found = defaultdict(list)
    for beta, lam, clip in [(0.1, 0.95, 0.2), (0.5, 0.5, 0.1)]:
        config = SimpleNamespace(
            kl_penalty="kl", whiten_rewards=False, gamma=0.9, lam=lam, cliprange=clip, cliprange_value=clip, vf_coef=1.0,
            ratio_threshold=1e9,
        )  # fmt: skip
        trainer = SimpleNamespace(config=config, kl_ctl=SimpleNamespace(value=beta))
        trainer._kl_penalty = lambda *given, trainer=trainer: PPOTrainer._kl_penalty(trainer, *given)
        scores, logp, ref_logp = draw(generator, 3), -draw(generator, *shape).abs(), -draw(generator, *shape).abs()
        rewards, _, _ = PPOTrainer.compute_rewards(trainer, scores, logp, ref_logp, mask)
        given = {"scores": scores, "logp": logp, "ref_logp": ref_logp, "mask": mask, "beta": beta}
        found["kl_shaped_rewards"].append({"given": given, "gives": rewards * mask})

        values, old_values = draw(generator, *shape), draw(generator, *shape)
        _, _, returns = PPOTrainer.compute_advantages(trainer, values, rewards, mask)  # its advantages are whitened
        given = {"rewards": rewards, "values": values, "mask": mask, "gamma": 0.9, "lam": lam}
        found["gae"].append({"given": given, "gives": returns * mask})

        old_logp, advantages = logp + draw(generator, *shape, scale=0.2), draw(generator, *shape)
        logits = draw(generator, *shape, 4)
        policy, value, stats = PPOTrainer.loss(
            trainer, old_logp, old_values, logits, values, logp, mask, advantages, returns
        )
        given = {"logp": logp, "old_logp": old_logp, "advantages": advantages, "mask": mask, "clip": clip}
        watched = {"clip_fraction": stats["policy/clipfrac"], "approx_kl": stats["policy/approxkl"]}
        found["ppo_loss"].append({"given": given, "gives": {"loss": policy, **watched}})
        given = {"values": values, "old_values": old_values, "returns": returns, "mask": mask, "clip": clip}
        found["value_loss"].append({"given": given, "gives": value})
    return found


def of_log_probs(generator: torch.Generator) -> dict[str, list[dict[str, Any]]]:
    """`trl.core`, and the penalties of `PPOTrainer`."""
    from trl import core
    from trl.trainer.ppo_trainer import PPOTrainer

    logits, ref_logits = draw(generator, 2, 3, 5, scale=3.0), draw(generator, 2, 3, 5, scale=3.0)
    labels = torch.randint(5, (2, 3), generator=generator)
    logp, ref_logp = (core.logprobs_from_logits(x, labels) for x in (logits, ref_logits))

    def penalty(kind: str, *given: torch.Tensor) -> torch.Tensor:
        return PPOTrainer._kl_penalty(SimpleNamespace(config=SimpleNamespace(kl_penalty=kind)), *given)

    full = penalty("full", logits.log_softmax(-1), ref_logits.log_softmax(-1))
    estimates = {"k1": penalty("kl", logp, ref_logp), "k2": penalty("mse", logp, ref_logp)}
    return {
        "token_log_probs": [{"given": {"logits": logits, "labels": labels}, "gives": logp}],
        "entropy": [{"given": {"logits": logits}, "gives": core.entropy_from_logits(logits)}],
        "exact_kl": [{"given": {"logits": logits, "ref_logits": ref_logits}, "gives": full}],
        "kl_estimates": [{"given": {"logp": logp, "ref_logp": ref_logp}, "gives": estimates}],
    }


def of_dpo(generator: torch.Generator) -> dict[str, list[dict[str, Any]]]:
    """`DPOTrainer.dpo_loss`, a number an answer: its mean is the loss."""
    from trl.trainer.dpo_trainer import DPOTrainer

    found = []
    for beta, smoothing in [(0.1, 0.0), (0.5, 0.2)]:
        names = ["policy_chosen", "policy_rejected", "ref_chosen", "ref_rejected"]
        given = {name: draw(generator, 4, scale=5.0) for name in names}
        trainer = SimpleNamespace(
            accelerator=SimpleNamespace(device="cpu"), reference_free=False, f_divergence_type="reverse_kl",
            loss_type="sigmoid", beta=beta, label_smoothing=smoothing,
        )  # fmt: skip
        losses, chosen, rejected = DPOTrainer.dpo_loss(trainer, *given.values())
        settings = {"beta": beta, "label_smoothing": smoothing}
        found.append({"given": {**given, **settings}, "gives": {"loss": losses.mean(), "margins": chosen - rejected}})
    return {"dpo_loss": found}


def of_reward_model(generator: torch.Generator) -> dict[str, list[dict[str, Any]]]:
    """`RewardTrainer.compute_loss`, with a model that gives its inputs back."""
    from trl.trainer.reward_trainer import RewardTrainer

    trainer = SimpleNamespace(use_reward_data_collator=True, args=SimpleNamespace(center_rewards_coefficient=None))
    found = []
    for margin in (None, draw(generator, 5).abs()):
        chosen, rejected = draw(generator, 5, scale=2.0), draw(generator, 5, scale=2.0)
        inputs = {"input_ids_chosen": chosen, "input_ids_rejected": rejected}
        inputs |= {f"attention_mask_{which}": None for which in ("chosen", "rejected")}
        inputs |= {} if margin is None else {"margin": margin}
        loss = RewardTrainer.compute_loss(trainer, lambda input_ids, **_: {"logits": input_ids}, inputs)
        found.append({"given": {"chosen": chosen, "rejected": rejected, "margin": margin}, "gives": loss})
    return {"reward_loss": found}


def of_grpo(generator: torch.Generator) -> dict[str, list[dict[str, Any]]]:
    """`GRPOTrainer._compute_loss` with `loss_type="grpo"`: a mean over each answer's tokens, then over answers."""
    from trl.trainer.grpo_trainer import GRPOTrainer

    found = []
    for clip, beta in [(0.2, 0.04), (0.1, 0.5)]:
        logp = -draw(generator, *PADDED_RIGHT.shape).abs()
        old_logp, ref_logp = logp + draw(generator, *logp.shape, scale=0.2), logp + draw(generator, *logp.shape)
        advantages, nothing = draw(generator, 3), torch.zeros(3, 0, dtype=torch.int64)
        trainer = SimpleNamespace(
            beta=beta, num_iterations=2, epsilon_low=clip, epsilon_high=clip, loss_type="grpo",
            model=SimpleNamespace(training=True), _metrics=defaultdict(lambda: defaultdict(list)),
            control=SimpleNamespace(should_evaluate=False), accelerator=SimpleNamespace(gather_for_metrics=lambda x: x),
            _get_per_token_logps=lambda *_, logp=logp: logp,
        )  # fmt: skip
        inputs = {
            "prompt_ids": nothing, "prompt_mask": nothing, "completion_ids": PADDED_RIGHT,
            "completion_mask": PADDED_RIGHT, "old_per_token_logps": old_logp, "ref_per_token_logps": ref_logp,
            "advantages": advantages,
        }  # fmt: skip
        loss = GRPOTrainer._compute_loss(trainer, None, inputs)
        given = {"logp": logp, "old_logp": old_logp, "ref_logp": ref_logp, "advantages": advantages}
        found.append({"given": {**given, "mask": PADDED_RIGHT, "clip": clip, "beta": beta}, "gives": loss})
    return {"grpo_loss": found}


RECORDED = {"0.11.4": [of_ppo, of_log_probs, of_dpo, of_reward_model], "0.17.0": [of_grpo]}


def main() -> None:
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8")) if NUMBERS.is_file() else {}
    for record in RECORDED[trl.__version__]:
        for name, cases in record(torch.Generator().manual_seed(0)).items():
            made = {"trl": trl.__version__, "torch": torch.__version__}
            numbers[name] = {"made_with": made, "cases": plain({str(n): case for n, case in enumerate(cases)})}
    lines = [f"{json.dumps(name)}: {json.dumps(numbers[name])}" for name in sorted(numbers)]
    NUMBERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
