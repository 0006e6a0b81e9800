"""Wrong: keeps no record of who is finished: behind an eos_id comes another, behind one that ends the prompt, too."""

import torch


@torch.no_grad()
def greedy(model, input_ids, max_new_tokens, eos_id=None):
    ids = input_ids
    for _ in range(max_new_tokens):
        token = model(ids)[:, -1].argmax(dim=-1)
        if eos_id is not None:
            token = torch.where(ids[:, -1] == eos_id, eos_id, token)
        ids = torch.cat([ids, token.unsqueeze(1)], dim=1)
        if eos_id is not None and bool((token == eos_id).all()):
            break
    return ids
