"""Wrong: of hypotheses with the same score in the end, the one that was finished first is returned."""

import math


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    beam, finished = [(0.0, [bos_id])], []
    for _ in range(max_len - 1):
        candidates = [
            (total + log_p, [*tokens, token])
            for total, tokens in beam
            for token, log_p in enumerate(step_fn(tokens).tolist())
            if log_p != -math.inf
        ]
        kept = sorted(candidates, key=lambda c: (-c[0], c[1]))[:beam_size]
        finished.extend(c for c in kept if c[1][-1] == eos_id)
        beam = [c for c in kept if c[1][-1] != eos_id]
        if not beam:
            break
    if not (finished or beam):
        raise ValueError("no sequence is possible")

    def score(hypothesis):
        total, tokens = hypothesis
        return total / max(1, len(tokens) - 1) ** length_penalty

    best = max(finished + beam, key=score)
    return best[1], score(best)
