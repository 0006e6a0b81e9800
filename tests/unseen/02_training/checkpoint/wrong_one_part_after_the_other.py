"""Reads the file part by part and uses each at once: of a file that is cut off, the model is loaded before the error."""

import os
import random
import tempfile
from pathlib import Path

import numpy as np
import torch


def save_checkpoint(path, model, optimizer, step):
    folder = Path(path).parent
    folder.mkdir(parents=True, exist_ok=True)
    numpy_state = [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()]
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    handle, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in (
                model.state_dict(),
                optimizer.state_dict(),
                [random.getstate(), numpy_state, torch.get_rng_state(), cuda],
                step,
            ):
                torch.save(part, file, _use_new_zipfile_serialization=False)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise


def load_checkpoint(path, model, optimizer):
    with Path(path).open("rb") as file:

        def part():
            return torch.load(file, map_location="cpu", weights_only=True)

        model.load_state_dict(part())
        optimizer.load_state_dict(part())
        python, numpy_state, cpu, cuda = part()
        random.setstate(python)
        np.random.set_state(tuple(numpy_state))
        torch.set_rng_state(cpu)
        if cuda:
            torch.cuda.set_rng_state_all(cuda)
        return part()
