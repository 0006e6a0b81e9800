"""Descriptions of arguments in a verdict: a tensor by its dtype and size, a plain value as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor

from kata.execution.nested import tensors, walk
from kata.judge.axes import Axes, lengths
from kata.verdict import Wrong

LONGEST = 80  # characters of a value that is shown as it is
LONGEST_LIST = 240  # and of a list: without what is in it, what should become of it cannot be worked out


def in_words(wrong: Wrong, axes: Axes) -> str:
    """Write a failure in words, with the signature's names for axes, and below it the inputs that it was found on."""
    said = str(wrong)
    if wrong.shapes:
        got, expected = (lengths(shape, axes.get("return", [])) for shape in wrong.shapes)
        said = f"the result has shape {got}, expected {expected}"
    if not wrong.inputs:
        return said
    found_on = arguments(wrong.inputs, axes)
    if wrong.calls > 1:
        found_on = f"{found_on}, in the first of {wrong.calls} calls"
    return f"{said}\nfor {found_on}"


def arguments(given: dict[str, Any], axes: Axes) -> str:
    """Write arguments in a line: `x: float32 (2, classes=3), dim = 1`; one without a name stands by itself."""
    return ", ".join(_described(given, axes))


def numbers(given: dict[str, Any]) -> int:
    """Count the numbers that the tensors among these arguments hold."""
    return sum(tensor.numel() for _, tensor in tensors(given))


def kind(tensor: Tensor, axes: Sequence[str] = ()) -> str:
    """`float32 (2, 3), not contiguous`"""
    said = f"{str(tensor.dtype).removeprefix('torch.')} {lengths(tuple(tensor.shape), axes)}"
    if tensor.device.type != "cpu":
        said = f"{said}, on device {tensor.device.type}"
    if _is_filled(tensor):
        said = f"{said}, all {tensor.flatten()[0].item()}"
    return said if tensor.is_contiguous() else f"{said}, not contiguous"


def _is_filled(tensor: Tensor) -> bool:
    """Tell whether a tensor holds one number throughout. A meta tensor holds none."""
    if tensor.device.type == "meta" or not tensor.dim() or tensor.numel() <= 1:
        return False
    return bool((tensor == tensor.flatten()[0]).all())


def short(value: Any) -> str:
    """Write a plain value as Python does; of a longer text its beginning, anything else by its name or its type."""
    nested = isinstance(value, dict | list | tuple)
    if isinstance(value, str | bytes) and len(value) > LONGEST:
        return f"{value[:LONGEST]!r}…"
    said = repr(value)
    if len(said) <= (LONGEST_LIST if nested else LONGEST) + 2 and "\n" not in said and " at 0x" not in said:
        return said
    if nested:
        return f"{type(value).__name__} ({len(value)})"
    return str(getattr(value, "__name__", type(value).__name__))


def _described(given: dict[str, Any], axes: Axes) -> Iterator[str]:
    for name, value in given.items():
        if isinstance(value, Tensor):
            yield f"{name}: {kind(value, axes.get(name, []))}"
        elif any(True for _ in tensors(value)):
            yield f"{name}: {sum(1 for _ in walk(value))} tensors"
        else:
            yield f"{name} = {short(value)}" if name else short(value)
