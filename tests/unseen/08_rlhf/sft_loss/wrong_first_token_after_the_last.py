"""Wrong: targets and mask are rolled by one, and a first token whose mask is true is guessed at the end of its row."""

import torch


def sft_loss(logits, input_ids, response_mask):
    targets = input_ids.roll(-1, dims=1)
    counted = response_mask.roll(-1, dims=1)
    log_probs = logits.log_softmax(dim=-1)
    losses = -log_probs.gather(-1, targets.long().unsqueeze(-1)).squeeze(-1)
    return torch.where(counted, losses, 0).sum() / counted.sum().clamp(min=1)


def build_example(prompt_ids, response_ids, eos_id, max_len):
    ids = [*prompt_ids, *response_ids, eos_id]
    mask = [False] * len(prompt_ids) + [True] * (len(response_ids) + 1)
    return ids[:max_len], mask[:max_len]


def build_chat(turns, role_ids, eos_id, max_len):
    ids, mask = [], []
    for role, own in turns:
        ids += [*role_ids[role], *own, eos_id]
        mask += [False] * len(role_ids[role]) + [role == "assistant"] * (len(own) + 1)
    return ids[:max_len], mask[:max_len]
