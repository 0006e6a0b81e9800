"""Right: each pair by itself, the policy's two before the reference's two; -log σ(m) is log(e^0 + e^-m), and ε adds ε m."""

import torch


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0):
    zero = policy_chosen.new_zeros(())
    losses, margins = [], []
    for a, b, c, d in zip(policy_chosen, policy_rejected, ref_chosen, ref_rejected, strict=True):
        margin = beta * ((a - b) - (c - d))
        losses.append(torch.logaddexp(zero, -margin) + label_smoothing * margin)
        margins.append(margin.detach())
    return torch.stack(losses).mean(), torch.stack(margins)
