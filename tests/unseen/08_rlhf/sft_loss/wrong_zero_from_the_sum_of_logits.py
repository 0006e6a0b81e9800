"""Wrong: where nothing counts, the loss is 0 times the sum of the logits, which is NaN if one of them is."""

import torch.nn.functional as F


def sft_loss(logits, input_ids, response_mask):
    labels = input_ids.long().masked_fill(~response_mask, -100)[:, 1:]
    if bool((labels == -100).all()):
        return 0.0 * logits.sum()
    return F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), labels.reshape(-1))


def build_example(prompt_ids, response_ids, eos_id, max_len):
    ids = (list(prompt_ids) + list(response_ids) + [eos_id])[:max_len]
    return ids, [place >= len(prompt_ids) for place in range(len(ids))]


def build_chat(turns, role_ids, eos_id, max_len):
    ids: list[int] = []
    mask: list[bool] = []
    for role, own in turns:
        for piece, learned in ((role_ids[role], False), (own, role == "assistant"), ([eos_id], role == "assistant")):
            ids.extend(piece)
            mask.extend([learned] * len(piece))
    return ids[:max_len], mask[:max_len]
