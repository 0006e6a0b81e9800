"""Asks whether torch was built for MPS, as it always is on a Mac, also on one whose card it cannot use."""

import platform
import random

import numpy as np
import torch


def _available(name):
    if name == "cuda":
        return torch.cuda.is_available()
    if name == "mps":
        return torch.backends.mps.is_built()
    return name == "cpu"


def best_device(prefer=None):
    if prefer is None:
        return torch.device(next(filter(_available, ("cuda", "mps", "cpu"))))
    if not _available(prefer):
        raise ValueError(f"{prefer!r} is not available")
    return torch.device(prefer)


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    return torch.manual_seed(seed)


def describe():
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cuda": str(torch.version.cuda or "none"),
        "device": best_device().type,
    }
