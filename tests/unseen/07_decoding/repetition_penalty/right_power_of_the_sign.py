"""Right: divides by θ to the power of the logit's sign, which is one division for all cases; who is in the text says one_hot."""

import torch
import torch.nn.functional as F
from torch import Tensor


def apply_repetition_penalty(logits: Tensor, generated: Tensor, penalty: float) -> Tensor:
    said = F.one_hot(generated, logits.shape[-1]).any(dim=1)  # (B, V)
    power = logits.double().sign().masked_fill(~said, 0)
    return (logits.double() / torch.pow(penalty, power)).to(logits.dtype)
