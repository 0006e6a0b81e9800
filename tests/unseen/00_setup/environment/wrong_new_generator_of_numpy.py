"""Makes a new generator of numpy's, as its documentation advises, and drops it: the global one is not seeded."""

import platform
import random

import numpy as np
import torch


def best_device(prefer=None):
    if prefer not in (None, "cuda", "mps", "cpu"):
        raise ValueError(f"no such device: {prefer}")
    cuda = torch.cuda.is_available()
    mps = torch.backends.mps.is_available()
    if (prefer == "cuda" and not cuda) or (prefer == "mps" and not mps):
        raise ValueError(f"{prefer} is not available")
    if prefer is None:
        prefer = "cuda" if cuda else "mps" if mps else "cpu"
    return torch.device(prefer)


def seed_everything(seed):
    random.seed(seed)
    np.random.default_rng(seed)
    torch.manual_seed(seed)
    generator = torch.Generator()
    generator.manual_seed(seed)
    return generator


def describe():
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda if torch.version.cuda else "none",
        "device": best_device().type,
    }
