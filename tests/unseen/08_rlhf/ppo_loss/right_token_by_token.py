"""Right: one real token after the other, with Python's own min and max, and sums in float64."""


def ppo_loss(logp, old_logp, advantages, mask, clip=0.2):
    places = mask.nonzero().tolist()
    total = logp[:0].sum().double()  # 0, and on the graph
    clipped, divergence = 0, 0.0
    for b, t in places:
        moved = logp[b, t].double() - old_logp[b, t].double()
        advantage = advantages[b, t].double()
        free = moved.exp() * advantage
        bounded = moved.exp().clamp(1 - clip, 1 + clip) * advantage
        total = total - min(free, bounded)
        clipped += int(bounded < free)
        divergence += moved.item() ** 2 / 2
    n = max(len(places), 1)
    return (total / n).to(logp.dtype), {"clip_fraction": clipped / n, "approx_kl": divergence / n}


def value_loss(values, old_values, returns, mask, clip=0.2):
    places = mask.nonzero().tolist()
    total = values[:0].sum().double()
    for b, t in places:
        value, old, aim = (x[b, t].double() for x in (values, old_values, returns))
        near = old + min(max(value - old, -clip), clip)
        total = total + max((value - aim) ** 2, (near - aim) ** 2)
    return (total / max(2 * len(places), 1)).to(values.dtype)
