"""Right: the last token is the true one at which the count from the end is 1, and only what is true is computed."""

import torch


def kl_shaped_rewards(scores, logp, ref_logp, mask, beta):
    scores, logp, ref_logp = scores.detach(), logp.detach(), ref_logp.detach()
    rewards = torch.zeros_like(logp)
    rewards[mask] = beta * (ref_logp[mask] - logp[mask])
    left = mask.long().flip(-1).cumsum(-1).flip(-1)
    row, column = torch.nonzero(mask & (left == 1), as_tuple=True)
    rewards.index_put_((row, column), scores[row], accumulate=True)
    return rewards
