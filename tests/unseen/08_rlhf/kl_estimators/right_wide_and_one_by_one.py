"""Right: in float64, the sum token by token of the vocabulary."""

import torch


def exact_kl(logits, ref_logits):
    policy, reference = (x.double().log_softmax(dim=-1) for x in (logits, ref_logits))
    total = torch.zeros_like(policy[..., 0])
    for log_p, log_q in zip(policy.unbind(-1), reference.unbind(-1), strict=True):
        ruled_out, lost = log_p.isneginf(), log_q.isneginf()
        log_ratio = log_p.masked_fill(ruled_out | lost, 0) - log_q.masked_fill(ruled_out | lost, 0)
        total = total + (log_p.exp() * log_ratio).masked_fill(lost & ~ruled_out, float("inf"))
    return total.to(logits.dtype)


def kl_estimates(logp, ref_logp):
    r = ref_logp.double() - logp.double()
    return tuple(k.to(logp.dtype) for k in (-r, r**2 / 2, torch.special.expm1(r) - r))
