"""Wrong: takes the last of an ascending argsort, which is the highest id among equal logits."""

import torch


@torch.no_grad()
def greedy(model, input_ids, max_new_tokens, eos_id=None):
    ids = input_ids
    finished = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
    for _ in range(max_new_tokens):
        token = model(ids)[:, -1, :].argsort(dim=-1, stable=True)[:, -1]
        if eos_id is not None:
            token = token.masked_fill(finished, eos_id)
            finished = finished | (token == eos_id)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if finished.all():
            break
    return ids
