"""Wrong: writes each new token into the same (B, 1) tensor, as for a CUDA graph: a cache that holds the tokens changes with it."""

import torch


@torch.no_grad()
def generate(model, input_ids, max_new_tokens):
    B, T = input_ids.shape
    out = input_ids.new_empty(B, T + max_new_tokens)
    out[:, :T] = input_ids
    token = input_ids.new_empty(B, 1)
    cache = None
    for t in range(T, T + max_new_tokens):
        logits, cache = model(input_ids if t == T else token, cache)
        token.copy_(logits[:, -1].argmax(dim=-1, keepdim=True))
        out[:, t : t + 1] = token
    return out
