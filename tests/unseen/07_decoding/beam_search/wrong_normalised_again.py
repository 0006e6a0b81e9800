"""Wrong: puts the log-probabilities through log_softmax, which leaves them as they are only where they sum up to 1."""

import math

import torch


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    beam, finished = [([bos_id], 0.0)], []
    while beam and len(beam[0][0]) < max_len:
        grown = []
        for tokens, total in beam:
            step = step_fn(tokens).double()
            if step.max() == -math.inf:
                continue
            for token, log_p in enumerate(torch.log_softmax(step, dim=-1).tolist()):
                if log_p != -math.inf:
                    grown.append(([*tokens, token], total + log_p))
        kept = sorted(grown, key=lambda h: (-h[1], h[0]))[:beam_size]
        finished += [h for h in kept if h[0][-1] == eos_id]
        beam = [h for h in kept if h[0][-1] != eos_id]
    if not finished + beam:
        raise ValueError("every sequence has a token that cannot come")
    ranked = [(total / max(len(tokens) - 1, 1) ** length_penalty, tokens) for tokens, total in finished + beam]
    score, tokens = min(ranked, key=lambda r: (-r[0], r[1]))
    return tokens, score
