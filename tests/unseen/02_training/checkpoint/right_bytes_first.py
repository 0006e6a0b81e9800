"""Makes the whole file in memory, then writes it; reads the whole file, then uses it; a table of the random generators."""

import contextlib
import io
import os
import pathlib
import random
import uuid

import numpy as np
import torch


class NumPy:
    @staticmethod
    def get():
        state = np.random.get_state(legacy=False)
        return state | {"state": {k: v.tolist() if k == "key" else v for k, v in state["state"].items()}}

    @staticmethod
    def set(state):
        inner = {k: np.array(v, np.uint32) if k == "key" else v for k, v in state["state"].items()}
        np.random.set_state(state | {"state": inner})


class Cuda:
    @staticmethod
    def get():
        return torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []

    @staticmethod
    def set(states):
        if states:
            torch.cuda.set_rng_state_all(states)


class States:
    """What `Optimizer.load_state_dict` casts to the dtype of the parameters is kept as it was beside."""

    @staticmethod
    def tensors(optimizer):
        for group in optimizer.param_groups:
            for p in group["params"]:
                for key, value in optimizer.state.get(p, {}).items():
                    if isinstance(value, torch.Tensor) and value.is_floating_point():
                        yield p, key, value

    @classmethod
    def odd(cls, optimizer):
        return [(p.dtype, v.cpu()) if v.dtype != p.dtype else None for p, _, v in cls.tensors(optimizer)]

    @classmethod
    def restore(cls, optimizer, odd):
        for (p, key, value), saved in zip(list(cls.tensors(optimizer)), odd, strict=True):
            if saved is not None and saved[0] == p.dtype:
                optimizer.state[p][key] = saved[1].to(value.device)


GENERATORS = {
    "random": (random.getstate, random.setstate),
    "numpy": (NumPy.get, NumPy.set),
    "torch": (torch.get_rng_state, torch.set_rng_state),
    "cuda": (Cuda.get, Cuda.set),
}


def save_checkpoint(path, model, optimizer, step):
    content = {f"generator {name}": get() for name, (get, _) in GENERATORS.items()}
    content |= {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": int(step)}
    content["odd states"] = States.odd(optimizer)
    buffer = io.BytesIO()
    torch.save(content, buffer)

    folder = pathlib.Path(path).parent
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / uuid.uuid4().hex
    with contextlib.ExitStack() as stack:
        stack.callback(fresh.unlink, missing_ok=True)
        with fresh.open("xb") as file:
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def load_checkpoint(path, model, optimizer):
    content = torch.load(io.BytesIO(pathlib.Path(path).read_bytes()), map_location="cpu", weights_only=True)
    model.load_state_dict(content["model"])
    for group, saved in zip(optimizer.param_groups, content["optimizer"]["param_groups"]):
        here = {key: value.device for key, value in group.items() if isinstance(value, torch.Tensor)}
        saved.update({key: saved[key].to(device) for key, device in here.items() if torch.is_tensor(saved.get(key))})
    optimizer.load_state_dict(content["optimizer"])
    States.restore(optimizer, content["odd states"])
    for name, (_, set_state) in GENERATORS.items():
        set_state(content[f"generator {name}"])
    return content["step"]
