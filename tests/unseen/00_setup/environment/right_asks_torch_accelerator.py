"""Asks `torch.accelerator` which card there is, and seeds by way of the generators themselves."""

import platform
import random

import numpy as np
import torch


def best_device(prefer=None):
    card = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    here = [card.type] if card is not None and card.type in ("cuda", "mps") else []
    here.append("cpu")
    if prefer is None:
        prefer = here[0]
    if prefer not in here:
        raise ValueError(f"{prefer!r} is none of {here}")
    return torch.device(prefer)


def seed_everything(seed):
    for sow in (random.seed, np.random.seed, torch.manual_seed):
        sow(seed)
    generator = torch.Generator(device="cpu")
    generator.manual_seed(seed)
    return generator


def describe():
    return dict(
        python=platform.python_version(),
        numpy=np.version.version,
        torch=f"{torch.__version__}",
        cuda=f"{torch.version.cuda or 'none'}",
        device=f"{best_device().type}",
    )
