"""Wrong: computes in float32, as trainers do, and gives the loss so; only the margins go back to the dtype of the four."""

import torch.nn.functional as F


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0):
    dtype = policy_chosen.dtype
    policy_logratios = policy_chosen.float() - policy_rejected.float()
    ref_logratios = ref_chosen.float() - ref_rejected.float()
    logits = beta * (policy_logratios - ref_logratios)
    losses = -F.logsigmoid(logits) * (1 - label_smoothing) - F.logsigmoid(-logits) * label_smoothing
    return losses.mean(), logits.detach().to(dtype)
