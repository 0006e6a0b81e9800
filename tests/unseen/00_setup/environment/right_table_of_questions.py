"""A table of names with the question to ask of each; torch's own default generator is what is returned."""

import platform
import random
from collections import OrderedDict

import numpy
import torch

QUESTIONS = OrderedDict(
    cuda=lambda: torch.cuda.is_available(),
    mps=lambda: torch.backends.mps.is_available(),
    cpu=lambda: True,
)


def best_device(prefer=None):
    names = QUESTIONS if prefer is None else [name for name in QUESTIONS if name == prefer]
    for name in names:
        if QUESTIONS[name]():
            return torch.device(name, 0) if name == "cuda" else torch.device(name)
    raise ValueError(f"there is no device {prefer!r} here")


def seed_everything(seed):
    numpy.random.seed(seed)
    random.seed(seed)
    return torch.manual_seed(seed)


def describe():
    facts = {module.__name__: str(module.__version__) for module in (numpy, torch)}
    facts["python"] = platform.python_version()
    facts["cuda"] = "none" if torch.version.cuda is None else torch.version.cuda
    facts["device"] = best_device().type
    return facts
