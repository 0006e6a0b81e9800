"""Wrong: both are reckoned in float32 and stay there, whatever the dtype of the logits."""

import torch
import torch.nn.functional as F


def token_log_probs(logits, labels):
    log_p = F.log_softmax(logits, dim=-1, dtype=torch.float32)
    return log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1)


def entropy(logits):
    log_p = F.log_softmax(logits, dim=-1, dtype=torch.float32)
    finite = log_p.masked_fill(logits == -torch.inf, 0.0)
    return -(log_p.exp() * finite).sum(dim=-1)
