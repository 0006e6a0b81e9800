"""Right: a heap keeps the best extensions, and the search ends as soon as no hypothesis of the beam can reach the best score."""

import heapq


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    def rank(total, tokens):
        return -(total / max(1, len(tokens) - 1) ** length_penalty), tokens

    def extensions(beam):
        for cost, tokens in beam:
            for token, log_p in enumerate(step_fn(tokens[:]).tolist()):
                if log_p != float("-inf"):
                    yield cost - log_p, [*tokens, token]

    longest = max(1, max_len - 1) ** length_penalty
    beam = [(0.0, [bos_id])]  # costs, which are the sums with the other sign, and tokens
    best = None
    for _ in range(1, max_len):
        kept = heapq.nsmallest(beam_size, extensions(beam))
        beam = [pair for pair in kept if pair[1][-1] != eos_id]
        finished = [rank(-cost, tokens) for cost, tokens in kept if tokens[-1] == eos_id]
        best = min(finished + ([best] if best else []), default=None)
        if not beam or best and best[0] < beam[0][0] / longest:
            beam = []
            break
    last = [rank(-cost, tokens) for cost, tokens in beam] + ([best] if best else [])
    if not last:
        raise ValueError("all sequences hold a token that cannot come")
    cost, tokens = min(last)
    return tokens, -cost + 0.0
