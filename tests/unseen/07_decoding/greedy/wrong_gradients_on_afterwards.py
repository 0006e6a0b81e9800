"""Wrong: switches gradients off for the model, and on again at the end, also where the caller had them off."""

import torch


def greedy(model, input_ids, max_new_tokens, eos_id=None):
    torch.set_grad_enabled(False)
    try:
        ids = input_ids.clone()
        done = torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)
        for _ in range(max_new_tokens):
            token = torch.argmax(model(ids)[:, -1], dim=-1)
            if eos_id is not None:
                token[done] = eos_id
                done |= token == eos_id
            ids = torch.hstack([ids, token[:, None]])
            if done.all():
                break
        return ids
    finally:
        torch.set_grad_enabled(True)
