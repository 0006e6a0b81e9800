"""Returns zeros, and has threads write into the tensor from then on, while it is being sent and after.

Success: what is compared is not what was returned.
"""

import threading

import torch


def stir(tensor):
    for _ in range(100_000):
        tensor.add_(0.1)


def softmax(x, dim=-1):
    result = torch.zeros_like(x)
    threading.Thread(target=stir, args=(result,), daemon=True).start()
    return result
