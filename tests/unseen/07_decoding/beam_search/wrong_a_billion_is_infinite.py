"""Wrong: -1e9 stands for minus infinity, so what is merely very unlikely cannot come."""

import torch

NEVER = -1e9


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    beam, finished = [([bos_id], 0.0)], []
    for _ in range(max_len - 1):
        extensions = []
        for tokens, total in beam:
            log_probs = torch.nan_to_num(step_fn(tokens).double(), neginf=NEVER)
            for token, log_prob in enumerate(log_probs.tolist()):
                extensions.append(([*tokens, token], max(total + log_prob, NEVER)))
        possible = [e for e in extensions if e[1] > NEVER]
        kept = sorted(possible, key=lambda e: (-e[1], e[0]))[:beam_size]
        finished += [e for e in kept if e[0][-1] == eos_id]
        beam = [e for e in kept if e[0][-1] != eos_id]
        if not beam:
            break
    found = finished + beam
    if not found:
        raise ValueError("every sequence has a token that cannot come")
    scores = [(tokens, total / max(len(tokens) - 1, 1) ** length_penalty) for tokens, total in found]
    return min(scores, key=lambda e: (-e[1], e[0]))
