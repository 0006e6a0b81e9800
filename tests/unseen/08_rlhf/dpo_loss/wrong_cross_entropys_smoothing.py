"""Wrong: the smoothing of torch's cross_entropy, which shares ε among both classes: only ε/2 of a pair is turned round."""

import torch
import torch.nn.functional as F


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0):
    rewards = beta * torch.stack([policy_chosen - ref_chosen, policy_rejected - ref_rejected], dim=-1)  # (N, 2)
    chosen = torch.zeros(len(rewards), dtype=torch.long, device=rewards.device)
    loss = F.cross_entropy(rewards, chosen, label_smoothing=label_smoothing)
    return loss, rewards[:, 0] - rewards[:, 1]
