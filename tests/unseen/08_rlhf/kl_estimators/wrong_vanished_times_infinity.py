"""Wrong: a probability that was rounded to 0 times the infinite log-ratio of a token the reference rules out is NaN."""

import torch
import torch.nn.functional as F


def exact_kl(logits, ref_logits):
    log_p = F.log_softmax(logits, dim=-1)
    log_q = F.log_softmax(ref_logits, dim=-1)
    out = logits == -torch.inf
    terms = log_p.exp() * (log_p.masked_fill(out, 0.0) - log_q.masked_fill(out, 0.0))
    return terms.sum(dim=-1)


def kl_estimates(logp, ref_logp):
    r = ref_logp - logp
    return -r, r.square() / 2, torch.expm1(r) - r
