"""Wrong: label 0 is taken for padding, and has the log-probability 0."""

import torch
import torch.nn.functional as F


def token_log_probs(logits, labels):
    return -F.cross_entropy(logits.transpose(1, 2), labels, reduction="none", ignore_index=0)


def entropy(logits):
    log_p = F.log_softmax(logits, dim=-1)
    finite = log_p.masked_fill(logits == -torch.inf, 0.0)
    return -(log_p.exp() * finite).sum(dim=-1)
