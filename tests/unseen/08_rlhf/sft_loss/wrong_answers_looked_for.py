"""Wrong: finds the assistant's answers by looking for the ids that introduce them, which may be in anybody's text."""

import torch.nn.functional as F


def sft_loss(logits, input_ids, response_mask):
    counted = response_mask[:, 1:]
    losses = F.cross_entropy(logits[:, :-1][counted], input_ids[:, 1:][counted].long(), reduction="sum")
    return losses / counted.sum().clamp(min=1)


def build_example(prompt_ids, response_ids, eos_id, max_len):
    ids = prompt_ids + response_ids + [eos_id]
    mask = [i >= len(prompt_ids) for i in range(len(ids))]
    return ids[:max_len], mask[:max_len]


def build_chat(turns, role_ids, eos_id, max_len):
    ids = []
    for role, own in turns:
        ids = ids + role_ids[role] + own + [eos_id]
    mask = [False] * len(ids)
    template = role_ids.get("assistant", [])
    answering = False
    for i in range(len(ids)):
        if answering:
            mask[i] = True
            answering = ids[i] != eos_id
        elif template and ids[max(i - len(template) + 1, 0) : i + 1] == template:
            answering = True
    return ids[:max_len], mask[:max_len]
