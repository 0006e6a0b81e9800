"""Wrong: stable without smoothing, but the share that is turned round takes log(1 - σ(m)), infinite where σ(m) rounds to 1."""

import torch
import torch.nn.functional as F


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0):
    margins = beta * (policy_chosen - policy_rejected - ref_chosen + ref_rejected)
    losses = -F.logsigmoid(margins)
    if label_smoothing > 0:
        turned = -torch.log1p(-torch.sigmoid(margins))
        losses = torch.lerp(losses, turned, label_smoothing)
    return losses.mean(), margins
