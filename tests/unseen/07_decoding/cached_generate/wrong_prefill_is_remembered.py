"""Wrong: remembers the last prefill, and begins with its cache when the same model is given the same prompt again."""

import torch

_last = {}


def _prefill(model, input_ids):
    if _last.get("model") is not model or not torch.equal(_last["prompt"], input_ids):
        logits, cache = model(input_ids, None)
        _last.update(model=model, prompt=input_ids.clone(), found=(logits[:, -1:], cache))
    return _last["found"]


def generate(model, input_ids, max_new_tokens):
    if max_new_tokens == 0:
        return input_ids.clone()
    with torch.no_grad():
        logits, cache = _prefill(model, input_ids)
        tokens = [logits[:, -1].argmax(-1, keepdim=True)]
        for _ in range(max_new_tokens - 1):
            logits, cache = model(tokens[-1], cache)
            tokens.append(logits[:, -1].argmax(-1, keepdim=True))
    return torch.cat([input_ids, *tokens], dim=1)
