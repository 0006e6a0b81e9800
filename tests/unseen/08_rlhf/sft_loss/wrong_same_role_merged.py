"""Wrong: turns of one role that follow one another become a single turn, with one introduction and one end."""

from itertools import chain, groupby

import torch.nn.functional as F


def sft_loss(logits, input_ids, response_mask):
    counted = response_mask[:, 1:]
    if not counted.any():
        return logits[:0].sum()
    return F.cross_entropy(logits[:, :-1][counted], input_ids[:, 1:][counted].long())


def build_example(prompt_ids, response_ids, eos_id, max_len):
    learned = response_ids + [eos_id]
    return (prompt_ids + learned)[:max_len], ([False] * len(prompt_ids) + [True] * len(learned))[:max_len]


def build_chat(turns, role_ids, eos_id, max_len):
    ids, mask = [], []
    for role, group in groupby(turns, key=lambda turn: turn[0]):
        own = list(chain.from_iterable(text for _, text in group)) + [eos_id]
        ids += role_ids[role] + own
        mask += [False] * len(role_ids[role]) + [role == "assistant"] * len(own)
    return ids[:max_len], mask[:max_len]
