"""Inputs described, not made: each is drawn afresh from a seed, for every run, dtype and device."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn

from kata.scenario import Implementation
from kata.tree import map_leaves

Draw = Callable[[Generator, Implementation], Any]


class Recipe:
    """How to draw one input. Floating-point tensors are drawn in float64 and cast to the dtype of the run."""

    def __init__(self, draw: Draw):
        self.draw = draw

    def map(self, change: Callable[[Any], Any]) -> Recipe:
        """The same input, changed: `normal(5, 3).map(torch.abs)`."""
        return Recipe(lambda generator, reference: change(self.draw(generator, reference)))

    def transposed(self, one: int = -2, other: int = -1) -> Recipe:
        """The same tensor with two axes swapped: it is not contiguous."""
        return self.map(lambda x: x.transpose(one, other))


def normal(*shape: int, std: float = 1.0, mean: float = 0.0) -> Recipe:
    """Normally distributed numbers."""
    return Recipe(lambda g, _: torch.randn(shape, generator=g, dtype=torch.float64) * std + mean)


def uniform(*shape: int, low: float = 0.0, high: float = 1.0) -> Recipe:
    """Numbers spread evenly between `low` and `high`."""
    return Recipe(lambda g, _: torch.rand(shape, generator=g, dtype=torch.float64) * (high - low) + low)


def integers(*shape: int, low: int = 0, high: int) -> Recipe:
    """Whole numbers from `low` to `high` - 1, int64."""
    return Recipe(lambda g, _: torch.randint(low, high, shape, generator=g))


def coin(*shape: int, p: float = 0.5) -> Recipe:
    """A boolean mask, true with probability `p`, with at least one true in each last-axis row."""

    def draw(g: Generator, _: Implementation) -> Tensor:
        mask: Tensor = torch.rand(shape, generator=g) < p
        certain = torch.randint(shape[-1], (*shape[:-1], 1), generator=g)
        return mask.logical_or(torch.zeros_like(mask).scatter_(-1, certain, True))

    return Recipe(draw)


def lower_triangle(rows: int, columns: int | None = None) -> Recipe:
    """The causal mask: true where the column is not after the row."""
    return Recipe(lambda *_: torch.ones(rows, columns or rows, dtype=torch.bool).tril())


def exactly(values: Sequence[Any]) -> Recipe:
    """These numbers; floating-point ones are cast to the dtype of the run."""
    tensor = torch.tensor(values)
    return Recipe(lambda *_: tensor.double() if tensor.is_floating_point() else tensor.clone())


def weights(build: Callable[[Any], nn.Module]) -> Recipe:
    """A state for `kata.grading.load`: the names and shapes of the reference's module, freshly drawn numbers.

    Matrices keep the scale of what they multiply (standard deviation 1/√fan-in), so that depth does not blow it up.
    """

    def draw(g: Generator, reference: Implementation) -> dict[str, Tensor]:
        state = build(reference).state_dict()
        return {name: _fill(tensor, g) if tensor.is_floating_point() else tensor for name, tensor in state.items()}

    return Recipe(draw)


def _fill(tensor: Tensor, g: Generator) -> Tensor:
    fan_in = tensor[0].numel() if tensor.dim() > 1 else 1
    return torch.randn(tensor.shape, generator=g, dtype=torch.float64) / math.sqrt(fan_in)


class Case:
    """Named arguments for one run of a scenario: recipes are drawn, anything else is passed as it is.

    `dtypes` narrows the run to these, where the numbers of the case mean nothing in others. With `recall`, the case is
    kept for a drill: its shapes are none that the author of an answer has seen graded before.
    """

    def __init__(self, name: str, *, dtypes: Sequence[str] | None = None, recall: bool = False, **arguments: Any):
        self.name = name
        self.dtypes = dtypes
        self.recall = recall
        self.arguments = arguments

    def __str__(self) -> str:
        return self.name

    def draw(self, seed: int, reference: Implementation) -> dict[str, Any]:
        """Make the arguments. The same seed gives the same numbers, newly allocated."""
        drawn: dict[str, Any] = draw(self.arguments, seed_of(seed, self.name), reference)
        return drawn


def draw(tree: Any, seed: int, reference: Any) -> Any:
    """Replace every recipe in a nested structure by what it draws."""
    generator = Generator().manual_seed(seed)
    return map_leaves(lambda leaf: leaf.draw(generator, reference) if isinstance(leaf, Recipe) else leaf, tree)


def cast(tree: Any, dtype: torch.dtype, device: torch.device) -> Any:
    """Move every tensor to the device, and the floating-point ones to the dtype."""

    def change(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        return leaf.to(device, dtype) if leaf.is_floating_point() else leaf.to(device)

    return map_leaves(change, tree)


def seed_of(seed: int, *names: str) -> int:
    """A seed for this purpose, out of the run's, which it does not give away."""
    return int.from_bytes(hashlib.blake2b("/".join([str(seed), *names]).encode(), digest_size=7).digest(), "big")
