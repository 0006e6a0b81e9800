"""Right: logits are counted from the largest of their row, and the entropy is log Z less the mean of them."""

import torch


def below_the_largest(logits):
    return logits - logits.detach().amax(dim=-1, keepdim=True)


def token_log_probs(logits, labels):
    z = below_the_largest(logits)
    B, T = labels.shape
    rows, columns = torch.arange(B, device=z.device)[:, None], torch.arange(T, device=z.device)
    return z[rows, columns, labels] - z.exp().sum(dim=-1).log()


def entropy(logits):
    z = below_the_largest(logits)
    weights = z.exp()
    total = weights.sum(dim=-1)
    possible = z.masked_fill(logits.isneginf(), 0)
    return total.log() - torch.einsum("...v,...v->...", weights, possible) / total
