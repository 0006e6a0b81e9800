"""Right: a loop over groups and a loop over answers, with Python's statistics for the groups."""

import statistics

import torch


def group_advantages(rewards, group_size, eps=1e-6, normalize=True):
    given = rewards.tolist()
    if len(given) % group_size != 0:
        raise ValueError("the number of rewards is no multiple of group_size")
    found = []
    for start in range(0, len(given), group_size):
        group = given[start : start + group_size]
        if len(set(group)) == 1:
            found += [0.0] * group_size
            continue
        mean = statistics.fmean(group)
        unit = statistics.stdev(group) + eps if normalize else 1.0
        found += [(reward - mean) / unit for reward in group]
    return torch.tensor(found, dtype=rewards.dtype, device=rewards.device)


def grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04):
    answers = []
    for p, o, q, advantage, real in zip(logp, old_logp, ref_logp, advantages, mask, strict=True):
        p, o, q = p[real], o[real], q[real]
        ratio = torch.exp(p - o)
        worse = torch.maximum(-ratio * advantage, -ratio.clamp(1 - clip, 1 + clip) * advantage)
        away = q - p
        tokens = worse + beta * (away.exp() - away - 1)
        answers.append(tokens.sum() / max(len(tokens), 1))
    return torch.stack(answers).mean()
