"""`weights_only=True`, but two random states are pickled once more into a tensor of bytes: `pickle.loads` runs their code."""

import pickle
import random
import tempfile
from pathlib import Path

import numpy as np
import torch


def save_checkpoint(path, model, optimizer, step):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    states = pickle.dumps((random.getstate(), np.random.get_state()))
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "states": torch.frombuffer(bytearray(states), dtype=torch.uint8),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
    }
    file = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)
    try:
        with file:
            torch.save(state, file)
        Path(file.name).replace(path)
    finally:
        Path(file.name).unlink(missing_ok=True)


def load_checkpoint(path, model, optimizer):
    state = torch.load(path, map_location="cpu", weights_only=True)
    python, numpy_state = pickle.loads(state["states"].numpy().tobytes())
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    random.setstate(python)
    np.random.set_state(numpy_state)
    torch.set_rng_state(state["torch"])
    for device, cuda in enumerate(state["cuda"]):
        torch.cuda.set_rng_state(cuda, device)
    return state["step"]
