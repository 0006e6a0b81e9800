"""Walking nested inputs and results: tuples, lists and dicts with tensors and plain values at the leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor


def map_leaves(change: Callable[[Any], Any], tree: Any) -> Any:
    """Build the same nesting with every leaf changed."""
    if isinstance(tree, dict):
        return {key: map_leaves(change, value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return (list if isinstance(tree, list) else tuple)(map_leaves(change, value) for value in tree)
    return change(tree)


def map_tensors(change: Callable[[Tensor], Any], tree: Any) -> Any:
    """Build the same nesting with every tensor changed and everything else kept."""
    return map_leaves(lambda leaf: change(leaf) if isinstance(leaf, Tensor) else leaf, tree)


def walk(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each leaf with the path to it, written as Python would: `[0]['k'][2]`."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from walk(value, f"{path}[{key!r}]")
    elif isinstance(tree, list | tuple):
        for index, value in enumerate(tree):
            yield from walk(value, f"{path}[{index}]")
    else:
        yield path, tree


def tensors(tree: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield each tensor with the path to it."""
    return ((path, leaf) for path, leaf in walk(tree) if isinstance(leaf, Tensor))


def blank(tree: Any) -> Any:
    """Build the same nesting of the same kinds, shapes and dtypes, with nothing but zeros."""
    zeros = map_tensors(torch.zeros_like, tree)
    return map_leaves(lambda leaf: type(leaf)(0) if isinstance(leaf, int | float) else leaf, zeros)
