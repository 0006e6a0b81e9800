"""Right: in inference mode, and the model reads from, and its tokens are written to, one tensor that becomes the result."""

import torch


def generate(model, input_ids, max_new_tokens):
    T = input_ids.size(1)
    text = torch.nn.functional.pad(input_ids, (0, max_new_tokens))
    begin, cache = 0, None
    with torch.inference_mode():
        for end in range(T, T + max_new_tokens):
            logits, cache = model(text[:, begin:end], cache=cache)
            text[:, end] = logits[:, -1].max(dim=-1).indices
            begin = end
    return text
