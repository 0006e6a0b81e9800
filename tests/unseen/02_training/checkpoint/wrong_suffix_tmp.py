"""Prepares the new file under `path.with_suffix(".tmp")`, which is the old file itself where its name ends in .tmp."""

import random
from pathlib import Path

import numpy as np
import torch


def save_checkpoint(path, model, optimizer, step):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, keys, position, has_spare, spare = np.random.get_state()
    checkpoint = dict(
        model=model.state_dict(),
        optimizer=optimizer.state_dict(),
        step=step,
        python=random.getstate(),
        numpy=[kind, torch.from_numpy(keys.astype(np.int64)), position, has_spare, spare],
        torch=torch.get_rng_state(),
    )
    if torch.cuda.is_initialized():
        checkpoint["cuda"] = torch.cuda.get_rng_state_all()
    tmp = path.with_suffix(".tmp")
    try:
        torch.save(checkpoint, tmp)
        tmp.replace(path)
    except BaseException:
        tmp.unlink(missing_ok=True)
        raise


def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    random.setstate(checkpoint["python"])
    kind, keys, *rest = checkpoint["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(checkpoint["torch"])
    if "cuda" in checkpoint:
        torch.cuda.set_rng_state_all(checkpoint["cuda"])
    return checkpoint["step"]
