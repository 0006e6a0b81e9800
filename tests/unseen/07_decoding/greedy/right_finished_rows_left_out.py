"""Right: in inference mode, and a row that is finished is no longer shown to the model; a full buffer of eos_id is cut at the end."""

import torch
from torch import Tensor


@torch.inference_mode()
def greedy(model, input_ids, max_new_tokens, eos_id=None) -> Tensor:
    B, T = input_ids.shape
    fill = 0 if eos_id is None else eos_id
    text = input_ids.new_full((B, T + max_new_tokens), fill)
    text[:, :T] = input_ids
    alive = torch.arange(B, device=input_ids.device)
    end = T
    while end < text.shape[1] and alive.numel() > 0:
        logits = model(text[alive, :end])[:, -1]
        token = (logits == logits.amax(-1, keepdim=True)).to(torch.uint8).argmax(-1)
        text[alive, end] = token
        end += 1
        if eos_id is not None:
            alive = alive[token != eos_id]
    return text[:, :end]
