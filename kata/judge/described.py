"""What a verdict says of arguments: how large a tensor is, and of what kind; a plain value as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor

from kata.execution.nested import tensors, walk

LONGEST = 80  # characters of a value that is shown as it is


def arguments(given: dict[str, Any]) -> str:
    """In a line: `x: float32 (2, 3), dim = 1`."""
    return ", ".join(_described(given))


def kind(tensor: Tensor) -> str:
    """`float32 (2, 3), not contiguous`"""
    said = f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
    if tensor.device.type != "cpu":
        said = f"{said}, on device {tensor.device.type}"
    if _is_filled(tensor):
        said = f"{said}, all {tensor.flatten()[0].item()}"
    return said if tensor.is_contiguous() else f"{said}, not contiguous"


def _is_filled(tensor: Tensor) -> bool:
    """Whether it holds one number throughout. A meta tensor holds none."""
    if tensor.device.type == "meta" or not tensor.dim() or tensor.numel() <= 1:
        return False
    return bool((tensor == tensor.flatten()[0]).all())


def short(value: Any) -> str:
    """A plain value as Python writes it; of a longer text its beginning, anything else by its name or its type."""
    if isinstance(value, str | bytes) and len(value) > LONGEST:
        return f"{value[:LONGEST]!r}…"
    said = repr(value)
    if len(said) <= LONGEST + 2 and "\n" not in said and " at 0x" not in said:
        return said
    if isinstance(value, dict | list | tuple):
        return f"{type(value).__name__} ({len(value)})"
    return str(getattr(value, "__name__", type(value).__name__))


def _described(given: dict[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        if isinstance(value, Tensor):
            yield f"{name}: {kind(value)}"
        elif any(True for _ in tensors(value)):
            yield f"{name}: {sum(1 for _ in walk(value))} tensors"
        else:
            yield f"{name} = {short(value)}"
