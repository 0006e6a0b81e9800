"""Wrong: the reference is never trained, so its logits are taken out of the graph."""

import torch
import torch.nn.functional as F


def exact_kl(logits, ref_logits):
    log_p = F.log_softmax(logits, dim=-1)
    log_q = F.log_softmax(ref_logits.detach(), dim=-1)
    out = logits == -torch.inf
    terms = log_p.exp() * (log_p.masked_fill(out, 0.0) - log_q.masked_fill(out, 0.0))
    only_ref = ~out & (ref_logits == -torch.inf)
    return terms.masked_fill(only_ref, torch.inf).sum(dim=-1)


def kl_estimates(logp, ref_logp):
    r = ref_logp - logp
    return -r, r.square() / 2, torch.expm1(r) - r
