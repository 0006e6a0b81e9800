"""Returns what is right, and leaves every global setting of torch changed behind.

Success: the next submission to be graded runs with them and fails.
"""

import gc
import os
import sys

import torch

EXPECT = "passes, but gains nothing"

torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.set_grad_enabled(False)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
torch.autograd.set_detect_anomaly(True)
sys.setrecursionlimit(100)
gc.disable()
os.chdir("/")
os.umask(0o777)
os.environ.clear()


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
