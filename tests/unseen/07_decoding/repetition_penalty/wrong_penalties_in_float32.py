"""Wrong: spreads the penalty over a tensor of torch's default dtype, so it is rounded to float32 under float64 logits."""

import torch


def apply_repetition_penalty(logits, generated, penalty):
    factors = torch.ones(logits.shape, device=logits.device)
    factors.scatter_(1, generated, penalty)
    result = torch.where(logits > 0, logits / factors, logits * factors)
    return result.to(logits.dtype)
