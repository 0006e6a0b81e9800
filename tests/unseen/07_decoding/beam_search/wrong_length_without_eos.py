"""Wrong: the length in the score is that of the list without its eos_id, as transformers once had it: n + 1 if there is none."""

import math


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    beam, hyps = [(0.0, [bos_id])], []

    def add(total, tokens):
        length = len(tokens) - 1 if len(tokens) > 1 and tokens[-1] == eos_id else len(tokens)
        hyps.append((total / length**length_penalty, tokens))

    for _ in range(max_len - 1):
        grown = []
        for total, tokens in beam:
            log_probs = step_fn(tokens)
            grown += [(total + p, [*tokens, t]) for t, p in enumerate(log_probs.tolist()) if not math.isinf(p)]
        grown.sort(key=lambda item: (-item[0], item[1]))
        beam = []
        for total, tokens in grown[:beam_size]:
            if tokens[-1] == eos_id:
                add(total, tokens)
            else:
                beam.append((total, tokens))
        if not beam:
            break
    for total, tokens in beam:
        add(total, tokens)
    if not hyps:
        raise ValueError("no hypothesis is left")
    score, tokens = min(hyps, key=lambda hyp: (-hyp[0], hyp[1]))
    return tokens, score
