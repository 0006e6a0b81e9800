"""Wrong: stops when a finished hypothesis has a better score than all in the beam have now, though length may raise theirs."""

import math


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    def score(tokens, total):
        return total / max(1, len(tokens) - 1) ** length_penalty

    beam, finished = [([bos_id], 0.0)], []
    for _ in range(max_len - 1):
        extensions = []
        for tokens, total in beam:
            for token, log_p in enumerate(step_fn(tokens).tolist()):
                if log_p > -math.inf:
                    extensions.append(([*tokens, token], total + log_p))
        extensions.sort(key=lambda e: (-e[1], e[0]))
        kept = extensions[:beam_size]
        beam = [e for e in kept if e[0][-1] != eos_id]
        finished += [e for e in kept if e[0][-1] == eos_id]
        if not beam:
            break
        if finished and max(score(*e) for e in finished) > max(score(*e) for e in beam):
            break
    ranked = sorted((-score(*e), e[0]) for e in finished + beam)
    if not ranked:
        raise ValueError("every sequence has a token that cannot come")
    return ranked[0][1], -ranked[0][0]
