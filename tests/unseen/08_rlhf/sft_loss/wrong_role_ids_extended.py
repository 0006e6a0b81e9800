"""Wrong: a turn is put behind the very list that introduces its role, which grows in the dict from turn to turn."""

import torch
import torch.nn.functional as F


def sft_loss(logits, input_ids, response_mask):
    labels = torch.where(response_mask, input_ids.long(), -100)[:, 1:]
    total = F.cross_entropy(logits[:, :-1].transpose(1, 2), labels, reduction="sum")
    return total / (labels != -100).sum().clamp(min=1)


def build_example(prompt_ids, response_ids, eos_id, max_len):
    ids = prompt_ids + response_ids + [eos_id]
    mask = [False] * len(prompt_ids) + [True] * (len(ids) - len(prompt_ids))
    return ids[:max_len], mask[:max_len]


def build_chat(turns, role_ids, eos_id, max_len):
    ids, mask = [], []
    for role, own in turns:
        turn = role_ids[role]
        introduced = len(turn)
        turn += own
        turn.append(eos_id)
        ids.extend(turn)
        mask.extend([False] * introduced + [role == "assistant"] * (len(own) + 1))
    return ids[:max_len], mask[:max_len]
