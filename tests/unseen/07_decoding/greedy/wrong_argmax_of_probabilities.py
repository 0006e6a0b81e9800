"""Wrong: takes the largest probability, and softmax rounds logits that lie close together to the same one."""

import torch


@torch.no_grad()
def greedy(model, input_ids, max_new_tokens, eos_id=None):
    tokens = input_ids
    going = torch.ones(tokens.size(0), dtype=torch.bool, device=tokens.device)
    for _ in range(max_new_tokens):
        probs = model(tokens)[:, -1, :].softmax(dim=-1)
        chosen = probs.argmax(dim=-1)
        if eos_id is not None:
            chosen = torch.where(going, chosen, torch.full_like(chosen, eos_id))
            going = going & chosen.ne(eos_id)
        tokens = torch.cat((tokens, chosen[:, None]), dim=-1)
        if not going.any():
            break
    return tokens
