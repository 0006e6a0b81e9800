"""Takes the mean over the negatives, too, which weigh as much as one then; without any it is NaN."""

import torch
import torch.nn.functional as F


def skipgram_loss(center, context, negatives):
    positive = F.logsigmoid((center * context).sum(dim=1)).mean()
    scores = torch.bmm(negatives, center.unsqueeze(2)).squeeze(2)
    negative = F.logsigmoid(-scores).mean()
    return -(positive + negative)
