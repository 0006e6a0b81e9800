"""Makes tensors of NumPy's whole state, its spare normal number too: `torch.tensor` rounds that one to float32."""

import os
import random
import tempfile
from pathlib import Path

import numpy as np
import torch


def save_checkpoint(path, model, optimizer, step):
    folder = Path(path).parent
    folder.mkdir(parents=True, exist_ok=True)
    _, keys, position, has_gauss, gauss = np.random.get_state()
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": torch.tensor(step),
        "random": random.getstate(),
        "numpy": [torch.tensor(part) for part in (keys.tolist(), position, has_gauss, gauss)],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None,
    }
    fd, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(fd, "wb") as file:
            torch.save(state, file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def load_checkpoint(path, model, optimizer):
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    random.setstate(state["random"])
    keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state(("MT19937", keys.numpy(), position.item(), has_gauss.item(), gauss.item()))
    torch.set_rng_state(state["torch"])
    if state["cuda"] is not None:
        torch.cuda.set_rng_state_all(state["cuda"])
    return state["step"].item()
