"""Sketches of large results: a few numbers or a digest, to tell whether two of them are the same but for rounding."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

from kata.execution.nested import map_tensors, walk
from kata.execution.scenario import Outcome

# A result of more numbers than this is compared by its sketch. It keeps the recordings of a student's copy small, and
# a result that agrees in this many sums with a known mistake's, each weighed in its own way, is that mistake's.
LARGE = 1024
SUMS = 128
# The same for what is exact, as lists of tokens are: of more parts than this, a digest is kept.
MANY = 64


def sketched(outcome: Outcome) -> Outcome:
    """Replace whatever is large in the outcome, and has a sketch, by it. A sketch itself stays as it is."""
    return replace(outcome, outputs=_sketched(outcome.outputs), gradients=map_tensors(_sketch, outcome.gradients))


def _sketched(tree: Any) -> Any:
    leaves = [leaf for _, leaf in walk(tree)]
    if len(leaves) > MANY and all(leaf is None or isinstance(leaf, int | str | bytes) for leaf in leaves):
        return {"digest": hashlib.blake2b(repr(_canonical(tree)).encode(), digest_size=16).hexdigest()}
    if isinstance(tree, dict):
        return {key: _sketched(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return (list if isinstance(tree, list) else tuple)(map(_sketched, tree))
    return _sketch(tree) if isinstance(tree, Tensor) else tree


def _canonical(tree: Any) -> Any:
    """Build the same for two trees that agree: a list and a tuple of equal parts do, and dicts in whatever order."""
    if isinstance(tree, dict):
        return {"keys": sorted(([key, _canonical(value)] for key, value in tree.items()), key=repr)}
    return list(map(_canonical, tree)) if isinstance(tree, list | tuple) else tree


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
    """Sum over stretches, with weights, so that no number can hide, nor take another's place."""
    weights, stretches = _weights(len(flat))
    return torch.zeros(SUMS, dtype=torch.float64).index_add(0, stretches, flat * weights)


@cache
def _weights(count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(count)
    weights = torch.rand(count, generator=generator, dtype=torch.float64) + 0.5
    signs = torch.randint(2, (count,), generator=generator) * 2 - 1
    return weights * signs, torch.arange(count) * SUMS // count
