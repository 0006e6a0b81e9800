"""Cuts scores off at ±6, as word2vec's own table of sigmoids does: what is very wrong costs 6, and learns nothing."""

import torch.nn.functional as F

MAX_EXP = 6


def skipgram_loss(center, context, negatives):
    real = (center * context).sum(-1).clamp(-MAX_EXP, MAX_EXP)
    false = (negatives * center.unsqueeze(1)).sum(-1).clamp(-MAX_EXP, MAX_EXP)
    return -(F.logsigmoid(real) + F.logsigmoid(-false).sum(-1)).mean()
