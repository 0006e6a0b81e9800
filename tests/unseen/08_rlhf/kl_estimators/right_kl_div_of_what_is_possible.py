"""Right: F.kl_div, after the tokens that the policy rules out were given the log-ratio 0 and the weight 0."""

import torch
import torch.nn.functional as F


def exact_kl(logits, ref_logits):
    possible = logits.isneginf().logical_not()
    forbidden = (possible & ref_logits.isneginf()).any(dim=-1)
    log_p, log_q = logits.log_softmax(-1), ref_logits.log_softmax(-1)
    compared = possible & ~ref_logits.isneginf()
    log_p, log_q = torch.where(compared, log_p, 0), torch.where(compared, log_q, 0)
    kl = F.kl_div(log_q, log_p, reduction="none", log_target=True).sum(-1)
    return torch.where(forbidden, torch.inf, kl)


def kl_estimates(logp, ref_logp):
    k1 = logp - ref_logp
    half = torch.expm1(-k1 / 2)
    return k1, 0.5 * k1 * k1, half * half + 2 * (half + k1 / 2)
