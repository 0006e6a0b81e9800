"""Right: targets are rolled to the front of their guesses, what does not count is ignored, and an example is a chat."""

import torch
import torch.nn.functional as F


def sft_loss(logits, input_ids, response_mask):
    labels = input_ids.long().masked_fill(~response_mask, -100)
    labels[:, :1] = -100
    labels = labels.roll(-1, dims=1)
    counted = labels.ne(-100)
    wide = logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits
    total = F.cross_entropy(wide.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")
    return (total / counted.sum().clamp(min=1)).to(logits.dtype)


def build_example(prompt_ids, response_ids, eos_id, max_len):
    return build_chat([("assistant", response_ids)], {"assistant": prompt_ids}, eos_id, max_len)


def build_chat(turns, role_ids, eos_id, max_len):
    if not turns:
        return [], []
    (role, ids), *rest = turns
    found = role_ids[role] + ids + [eos_id]
    learned = [False] * len(role_ids[role]) + [role == "assistant"] * (len(ids) + 1)
    if len(found) >= max_len:
        return found[:max_len], learned[:max_len]
    more, more_learned = build_chat(rest, role_ids, eos_id, max_len - len(found))
    return found + more, learned + more_learned
