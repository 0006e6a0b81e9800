"""Draws the new file's name from `random`: the run that saves goes on with other numbers than one that does not."""

import random
import string
from pathlib import Path

import numpy as np
import torch


def save_checkpoint(path, model, optimizer, step):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, keys, *rest = np.random.get_state()
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "python": random.getstate(),
        "numpy": (kind, keys.tolist(), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
    }
    temporary = path.parent / ("new-" + "".join(random.choices(string.ascii_lowercase, k=12)))
    try:
        torch.save(state, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_checkpoint(path, model, optimizer):
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])
    return state["step"]
