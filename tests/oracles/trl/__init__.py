"""What TRL's functions gave, as recorded in numbers.json: the same numbers are asked of the references."""

import json

import numpy as np
import torch

from tests.conftest import ROOT

NUMBERS = json.loads((ROOT / "tests/oracles/trl/numbers.json").read_text(encoding="utf-8"))


def tensors(recorded):
    """Lists as tensors, masks as booleans: TRL takes whole numbers for these."""
    if isinstance(recorded, dict):
        return {name: tensors(item).bool() if name == "mask" else tensors(item) for name, item in recorded.items()}
    return torch.from_numpy(np.array(recorded)) if isinstance(recorded, list) else recorded


def recorded(function):
    """The arguments and the result of each call of it that was recorded."""
    return [(tensors(case["given"]), tensors(case["gives"])) for case in NUMBERS[function]["cases"].values()]


def agrees(ours, theirs):
    torch.testing.assert_close(ours, torch.as_tensor(theirs, dtype=torch.float64), rtol=1e-9, atol=1e-12)
