"""Wrong: the prefill reads the prompt without its last token, so that all steps are alike: one call more than tokens."""

import torch


@torch.no_grad()
def generate(model, input_ids, max_new_tokens):
    if max_new_tokens == 0:
        return input_ids.clone()
    cache = None
    if input_ids.shape[1] > 1:
        _, cache = model(input_ids[:, :-1], cache)
    ids = input_ids
    for _ in range(max_new_tokens):
        logits, cache = model(ids[:, -1:], cache)
        ids = torch.cat([ids, logits[:, -1].argmax(dim=-1, keepdim=True)], dim=1)
    return ids
