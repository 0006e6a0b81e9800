"""Wrong: looks at the last 64 tokens of the text only, which is llama.cpp's default."""

import torch


def apply_repetition_penalty(logits, generated, penalty, last_n=64):
    recent = generated[:, -last_n:]
    scores = logits.gather(1, recent)
    scores = torch.where(scores < 0, scores * penalty, scores / penalty)
    return logits.scatter(1, recent, scores)
