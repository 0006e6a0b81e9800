"""Wrong: argmax of a row without a token is 0, and the score of an empty answer lands on the last position."""

import torch


@torch.no_grad()
def kl_shaped_rewards(scores, logp, ref_logp, mask, beta):
    B, T = mask.shape
    ratio = logp.masked_fill(~mask, 0.0) - ref_logp.masked_fill(~mask, 0.0)
    rewards = -beta * ratio
    last = T - 1 - mask.flip(1).int().argmax(dim=1)
    rewards[torch.arange(B, device=mask.device), last] += scores
    return rewards
