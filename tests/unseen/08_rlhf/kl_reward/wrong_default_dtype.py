"""Wrong: the rewards are collected in a tensor of torch's default dtype."""

import torch


@torch.no_grad()
def kl_shaped_rewards(scores, logp, ref_logp, mask, beta):
    B, T = mask.shape
    ratio = logp.masked_fill(~mask, 0.0) - ref_logp.masked_fill(~mask, 0.0)
    rewards = torch.zeros(B, T, device=logp.device)
    rewards[mask] = (-beta * ratio).float()[mask]
    last = T - 1 - mask.flip(1).int().argmax(dim=1)
    is_last = (torch.arange(T, device=mask.device) == last[:, None]) & mask
    return rewards + torch.where(is_last, scores[:, None], 0.0).float()
