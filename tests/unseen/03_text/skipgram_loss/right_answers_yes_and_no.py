"""Takes it for what it is: 1 + K yes-or-no questions for each pair, and the cross-entropy of the answers."""

import torch
import torch.nn.functional as F


def skipgram_loss(center, context, negatives):
    n, k, _ = negatives.shape
    candidates = torch.cat([context[:, None], negatives], 1).double()
    logits = torch.einsum("nkd,nd->nk", candidates, center.double())
    answers = torch.zeros_like(logits)
    answers[:, 0] = 1
    total = F.binary_cross_entropy_with_logits(logits, answers, reduction="mean") * (k + 1)
    return total.to(center.dtype)
