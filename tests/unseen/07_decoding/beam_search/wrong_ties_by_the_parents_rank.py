"""Wrong: among equal sums the extension of the better parent wins, and not the one whose list comes first."""

import math


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    beam, finished = [([bos_id], 0.0)], []
    while beam and len(beam[0][0]) < max_len:
        extensions = []
        for tokens, total in beam:
            log_probs = step_fn(tokens).tolist()
            extensions += [([*tokens, v], total + p) for v, p in enumerate(log_probs) if p > -math.inf]
        extensions.sort(key=lambda hypothesis: hypothesis[1], reverse=True)  # stable: what is equal stays in its order
        beam = []
        for tokens, total in extensions[:beam_size]:
            (finished if tokens[-1] == eos_id else beam).append((tokens, total))
    if not finished and not beam:
        raise ValueError("every sequence has a token that cannot come")
    scored = [(-total / max(len(tokens) - 1, 1) ** length_penalty, tokens) for tokens, total in finished + beam]
    cost, tokens = min(scored)
    return tokens, -cost
