"""Right: the padding of each sequence is cut off, and the sums in float64 of all sequences are added up."""

import torch.nn.functional as F


def causal_lm_loss(logits, input_ids, attention_mask=None):
    total, pairs = logits[:0].double().sum(), 0
    for b, ids in enumerate(input_ids):
        guesses = logits[b]
        if attention_mask is not None:
            real = attention_mask[b] != 0
            guesses, ids = guesses[real], ids[real]
        if len(ids) > 1:
            total = total + F.cross_entropy(guesses[:-1].double(), ids[1:], reduction="sum")
            pairs += len(ids) - 1
    return (total / max(pairs, 1)).to(logits.dtype)
