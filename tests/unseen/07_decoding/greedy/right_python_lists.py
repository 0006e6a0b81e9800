"""Right: the texts are Python lists, the largest logit is found by max() and index(), and a set knows who is finished."""

import torch


def greedy(model, input_ids, max_new_tokens, eos_id=None):
    rows = input_ids.tolist()
    finished = set()
    for _ in range(max_new_tokens):
        with torch.no_grad():
            logits = model(torch.tensor(rows, dtype=torch.int64, device=input_ids.device))
        for i, scores in enumerate(logits[:, -1].tolist()):
            token = eos_id if i in finished else scores.index(max(scores))
            rows[i].append(token)
            if token == eos_id:
                finished.add(i)
        if len(finished) == len(rows):
            break
    return torch.tensor(rows, dtype=torch.int64, device=input_ids.device)
