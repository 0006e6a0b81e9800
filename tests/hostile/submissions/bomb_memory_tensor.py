"""Fills one tensor after the other with ones and keeps them all.

Success: the machine runs out of memory.
"""

import torch


def softmax(x, dim=-1):
    kept = []
    while True:
        kept.append(torch.ones(2**26))
