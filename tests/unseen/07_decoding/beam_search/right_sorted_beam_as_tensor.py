"""Right: the beam lies in the order of its lists, so a stable sort of the flat sums, in float64, settles what is equal."""

import torch


def beam_search(step_fn, bos_id, eos_id, beam_size, max_len, length_penalty=0.0):
    beam, sums = [[bos_id]], torch.zeros(1, dtype=torch.float64)
    done = []
    for _ in range(max_len - 1):
        if not beam:
            break
        rows = torch.stack([step_fn(list(tokens)) for tokens in beam]).double().cpu()
        total = sums[:, None] + rows  # (beam, V)
        order = torch.sort(total.flatten(), descending=True, stable=True).indices[:beam_size]
        kept = [divmod(place, rows.shape[1]) for place in order.tolist()]
        kept = sorted((i, token) for i, token in kept if total[i, token] > -torch.inf)
        done += [([*beam[i], token], float(total[i, token])) for i, token in kept if token == eos_id]
        going = [(i, token) for i, token in kept if token != eos_id]
        sums = torch.tensor([total[i, token] for i, token in going], dtype=torch.float64)
        beam = [[*beam[i], token] for i, token in going]
    done += zip(beam, sums.tolist(), strict=True)
    if not done:
        raise ValueError("no token could come")
    scored = [(tokens, s / max(len(tokens) - 1, 1) ** length_penalty) for tokens, s in done]
    return min(scored, key=lambda found: (-found[1], found[0]))
