"""Squeezes all axes of length 1: with one negative for each pair, those of all the pairs are summed up for each."""

import torch
import torch.nn.functional as F


def skipgram_loss(center, context, negatives):
    positive_score = torch.mul(center, context).sum(dim=1)
    negative_score = torch.bmm(negatives, center.unsqueeze(2)).squeeze()
    loss = F.logsigmoid(positive_score) + F.logsigmoid(-negative_score).sum(-1)
    return -loss.mean()
