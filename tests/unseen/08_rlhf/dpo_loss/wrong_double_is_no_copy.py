"""Wrong: subtracts in place from what .double() gives, which in float64 is the argument itself."""

import torch.nn.functional as F


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0):
    chosen, rejected = policy_chosen.double(), policy_rejected.double()
    chosen -= ref_chosen
    rejected -= ref_rejected
    margins = beta * (chosen - rejected)
    loss = F.softplus(-margins).mean() + label_smoothing * margins.mean()
    return loss.to(policy_chosen.dtype), margins.to(policy_chosen.dtype)
