"""Right: the loss is a binary cross-entropy of the margins with 1 - ε for a target, computed in float64."""

import torch
import torch.nn.functional as F
from torch import Tensor

SIGNS = (1.0, -1.0, -1.0, 1.0)


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta=0.1, label_smoothing=0.0):
    four: Tensor = torch.stack([policy_chosen, policy_rejected, ref_chosen, ref_rejected]).double()
    margins = torch.einsum("kn,k->n", four, beta * four.new_tensor(SIGNS))
    target = torch.full_like(margins, 1 - label_smoothing)
    loss = F.binary_cross_entropy_with_logits(margins, target)
    return loss.to(policy_chosen.dtype), margins.to(policy_chosen.dtype)
