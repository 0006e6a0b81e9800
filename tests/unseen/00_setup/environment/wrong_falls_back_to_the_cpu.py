"""Gives the CPU with a warning where the card that was asked for is not there."""

import platform
import random
import warnings

import numpy as np
import torch


def best_device(prefer=None):
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if prefer is not None:
        if prefer not in available:
            raise ValueError(f"unknown device: {prefer}")
        if available[prefer]:
            return torch.device(prefer)
        warnings.warn(f"{prefer} is not available, using the CPU")
        return torch.device("cpu")
    for name, there in available.items():
        if there:
            return torch.device(name)


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    return torch.Generator().manual_seed(seed)


def describe():
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cuda": torch.version.cuda or "none",
        "device": best_device().type,
    }
