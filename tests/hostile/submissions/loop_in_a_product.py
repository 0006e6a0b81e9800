"""Multiplies large matrices without end, each product one call.

Success: it cannot be interrupted, and is waited for.

ends as: timed_out
"""

import torch


def softmax(x, dim=-1):
    large = torch.ones(6000, 6000)
    for _ in range(1000):
        large = large @ large
    return large
