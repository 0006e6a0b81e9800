"""Describes the device as a whole, with its number: `cuda:0` in place of its type, `cuda`."""

import platform
import random

import numpy as np
import torch


def best_device(prefer=None):
    candidates = {"cuda": "cuda:0", "mps": "mps", "cpu": "cpu"}
    if prefer is not None and prefer not in candidates:
        raise ValueError(f"prefer has to be one of {list(candidates)}")
    if not torch.cuda.is_available():
        del candidates["cuda"]
    if not torch.backends.mps.is_available():
        del candidates["mps"]
    if prefer is None:
        prefer = list(candidates)[0]
    if prefer not in candidates:
        raise ValueError(f"{prefer} is not available on this machine")
    return torch.device(candidates[prefer])


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def describe():
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cuda": torch.version.cuda or "none",
        "device": str(best_device()),
    }
