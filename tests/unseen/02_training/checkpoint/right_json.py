"""A text file of JSON: tensors as base64, with their dtype and shape; no pickle and no `torch.save`."""

import base64
import json
import os
import random
import tempfile
from pathlib import Path

import numpy as np
import torch


def pack(value):
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        raw = value.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        return ["tensor", str(value.dtype).removeprefix("torch."), list(value.shape), base64.b64encode(raw).decode()]
    if isinstance(value, np.ndarray):
        return ["array", str(value.dtype), value.tolist()]
    if isinstance(value, np.generic):
        return pack(value.item())
    if isinstance(value, dict):
        return ["dict", [[pack(key), pack(item)] for key, item in value.items()]]
    if isinstance(value, list | tuple):
        return ["tuple" if isinstance(value, tuple) else "list", [pack(item) for item in value]]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"no data: {type(value)}")


def unpack(value):
    match value:
        case ["tensor", dtype, shape, text]:
            raw = np.frombuffer(base64.b64decode(text), dtype=np.uint8).copy()
            return torch.from_numpy(raw).view(getattr(torch, dtype)).reshape(shape)
        case ["array", dtype, numbers]:
            return np.array(numbers, dtype=dtype)
        case ["dict", pairs]:
            return {unpack(key): unpack(item) for key, item in pairs}
        case ["list", items]:
            return [unpack(item) for item in items]
        case ["tuple", items]:
            return tuple(unpack(item) for item in items)
    return value


def save_checkpoint(path, model, optimizer, step):
    folder = Path(path).absolute().parent
    folder.mkdir(parents=True, exist_ok=True)
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    generators = [random.getstate(), np.random.get_state(), torch.get_rng_state(), cuda]
    text = json.dumps(pack([model.state_dict(), optimizer.state_dict(), int(step), generators]))
    handle, fresh = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink()
        raise


def load_optimizer(optimizer, saved, alike):
    """`load_state_dict`, which brings states to their parameter's dtype; where those are as at the save, they keep theirs."""
    for group, settings in zip(optimizer.param_groups, saved["param_groups"]):
        for key, value in settings.items():
            if isinstance(value, torch.Tensor) and isinstance(group.get(key), torch.Tensor):
                settings[key] = value.to(group[key].device)
    optimizer.load_state_dict(saved)
    if alike:
        for group, settings in zip(optimizer.param_groups, saved["param_groups"]):
            for p, number in zip(group["params"], settings["params"]):
                for key, value in saved["state"].get(number, {}).items():
                    if isinstance(value, torch.Tensor):
                        optimizer.state[p][key] = value.to(optimizer.state[p][key].device)


def load_checkpoint(path, model, optimizer):
    text = Path(path).read_text(encoding="ascii")
    weights, settings, step, (python, numpy_state, cpu, cuda) = unpack(json.loads(text))
    dtypes = [value.dtype if isinstance(value, torch.Tensor) else None for value in weights.values()]
    model.load_state_dict(weights)
    now = [value.dtype if isinstance(value, torch.Tensor) else None for value in model.state_dict().values()]
    load_optimizer(optimizer, settings, alike=dtypes == now)
    random.setstate(python)
    np.random.set_state(numpy_state)
    torch.set_rng_state(cpu)
    for number, state in enumerate(cuda):
        torch.cuda.set_rng_state(state, number)
    return step
