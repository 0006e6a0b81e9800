"""Wrong: F.kl_div with the logarithms as its target; where the policy rules out a token it gives NaN, which is replaced."""

import torch
import torch.nn.functional as F


def exact_kl(logits, ref_logits):
    log_p = F.log_softmax(logits, dim=-1)
    log_q = F.log_softmax(ref_logits, dim=-1)
    out = logits == -torch.inf
    terms = F.kl_div(log_q, log_p, reduction="none", log_target=True)
    return torch.where(out, 0.0, terms).sum(dim=-1)


def kl_estimates(logp, ref_logp):
    r = ref_logp - logp
    return -r, r.square() / 2, torch.expm1(r) - r
