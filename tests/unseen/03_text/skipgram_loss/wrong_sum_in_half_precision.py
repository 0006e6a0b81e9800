"""Sums all up before it divides by N: in float16, the sum is infinite where the mean would not be."""

import torch.nn.functional as F


def skipgram_loss(center, context, negatives):
    n = center.shape[0]
    real = (center * context).sum(1)
    drawn = (negatives @ center.unsqueeze(-1)).squeeze(-1)
    loss = F.softplus(-real).sum() + F.softplus(drawn).sum()
    return loss / n
