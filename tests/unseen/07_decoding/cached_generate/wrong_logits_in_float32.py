"""Wrong: converts the logits to float32, as transformers does, in which two that differ in float64 may be equal."""

import torch


@torch.no_grad()
def generate(model, input_ids, max_new_tokens):
    ids = step = input_ids
    cache = None
    for _ in range(max_new_tokens):
        logits, cache = model(step, cache)
        scores = logits[:, -1, :].to(torch.float32)
        step = scores.argmax(dim=-1, keepdim=True)
        ids = torch.cat((ids, step), dim=-1)
    return ids
