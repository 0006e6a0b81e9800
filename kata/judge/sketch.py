"""Large results in a few numbers, which tell whether two of them are the same but for rounding."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

from kata.scenario import Outcome
from kata.tree import map_tensors

# A result of more numbers than this is compared by its sketch. It keeps the recordings of a student's copy small, and
# a result that agrees in this many sums with a known mistake's, each weighed in its own way, is that mistake's.
LARGE = 1024
SUMS = 128


def sketched(outcome: Outcome) -> Outcome:
    """The outcome with the sketch of each large floating-point tensor in its place. A sketch itself stays as it is."""
    return replace(
        outcome, outputs=map_tensors(_sketch, outcome.outputs), gradients=map_tensors(_sketch, outcome.gradients)
    )


def _sketch(tensor: Tensor) -> Any:
    if tensor.numel() <= LARGE or not tensor.is_floating_point():
        return tensor
    precise = tensor.dtype if tensor.dtype == torch.float64 else torch.float32
    flat = tensor.detach().cpu().double().flatten()
    odd = flat.isnan() + 2.0 * flat.isposinf() + 3.0 * flat.isneginf()
    return {
        "dtype": str(tensor.dtype),
        "shape": list(tensor.shape),
        "numbers": _sums(flat.nan_to_num(0.0, 0.0, 0.0)).to(precise),
        "odd": _sums(odd).to(precise),
    }


def _sums(flat: Tensor) -> Tensor:
    """Sums over stretches, weighed so that no number can hide, nor take another's place."""
    weights, stretches = _weights(len(flat))
    return torch.zeros(SUMS, dtype=torch.float64).index_add(0, stretches, flat * weights)


@cache
def _weights(count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(count)
    weights = torch.rand(count, generator=generator, dtype=torch.float64) + 0.5
    signs = torch.randint(2, (count,), generator=generator) * 2 - 1
    return weights * signs, torch.arange(count) * SUMS // count
