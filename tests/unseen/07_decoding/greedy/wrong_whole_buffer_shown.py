"""Wrong: for a shape that never changes, shows the model the whole buffer, and not the tokens so far only."""

import torch


@torch.no_grad()
def greedy(model, input_ids, max_new_tokens, eos_id=None):
    B, T = input_ids.shape
    buffer = torch.zeros(B, T + max_new_tokens, dtype=torch.int64, device=input_ids.device)
    buffer[:, :T] = input_ids
    finished = torch.zeros(B, dtype=torch.bool, device=input_ids.device)
    for t in range(T, T + max_new_tokens):
        token = model(buffer)[:, t - 1].argmax(dim=-1)
        if eos_id is not None:
            token = torch.where(finished, eos_id, token)
            finished |= token == eos_id
        buffer[:, t] = token
        if finished.all():
            return buffer[:, : t + 1]
    return buffer
