"""Wrong: looks only at every fourth step whether all are finished, and cuts off what was made in vain: too many calls."""

import torch


@torch.no_grad()
def greedy(model, input_ids, max_new_tokens, eos_id=None):
    T = input_ids.shape[1]
    ids = input_ids
    finished = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
    for step in range(max_new_tokens):
        token = model(ids)[:, -1].argmax(-1)
        if eos_id is not None:
            token = token.masked_fill(finished, eos_id)
            finished |= token == eos_id
        ids = torch.cat([ids, token[:, None]], dim=1)
        if step % 4 == 3 and bool(finished.all()):  # a look costs a synchronisation
            break
    if eos_id is None or not finished.all():
        return ids
    steps = (ids[:, T:] == eos_id).int().argmax(dim=1).max() + 1
    return ids[:, : T + int(steps)]
