"""Wrong: what is hidden is set to 0 in a detached tensor, which shares its numbers with the argument."""

import torch


@torch.no_grad()
def kl_shaped_rewards(scores, logp, ref_logp, mask, beta):
    B, T = mask.shape
    ours, theirs = logp.detach(), ref_logp.detach()
    ours[~mask] = 0.0
    theirs[~mask] = 0.0
    ratio = ours - theirs
    rewards = -beta * ratio
    last = T - 1 - mask.flip(1).int().argmax(dim=1)
    is_last = (torch.arange(T, device=mask.device) == last[:, None]) & mask
    return rewards + torch.where(is_last, scores[:, None], 0.0)
