"""What a message says of inputs: how large they are, and their axes by the names that the signature gives them."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from kata.verdict import TestVerdict

_TENSOR = re.compile(r"(\w+): (\w+) \((\d+(?:, \d+)*),?\)")  # `x: float32 (2, 3)`, as a verdict describes inputs
_EXPECTED = re.compile(r"(?<=^the result has shape \()([\d, ]*)(\), expected \()([\d, ]*)")


def smallest_first(tests: Iterable[TestVerdict]) -> list[TestVerdict]:
    """In the order of how many numbers went in; those without any at the end."""
    return sorted(tests, key=lambda test: _size(test.message))


def named(message: str, axes: Mapping[str, list[str]]) -> str:
    """The message with `(queries=5, d_k=8)` in place of `(5, 8)` wherever the signature has names for all."""
    if not axes:
        return message
    message = _TENSOR.sub(lambda m: f"{m[1]}: {m[2]} ({_lengths(m[3], axes.get(m[1], []))})", message)
    results = axes.get("return", [])
    return _EXPECTED.sub(lambda m: f"{m[1]}{m[2]}{_lengths(m[3], results)}", message)


def _size(message: str) -> float:
    sizes = [math.prod(map(int, found[3].split(", "))) for found in _TENSOR.finditer(message)]
    return sum(sizes) if sizes else math.inf


def _lengths(lengths: str, candidates: list[str]) -> str:
    numbers = [number for number in re.split(r",\s*", lengths.strip(", ")) if number]
    for candidate in candidates:
        names = [name.lstrip("#") for name in candidate.split()]
        if names and names[0].startswith("*") and len(numbers) >= len(names) - 1:
            names[:1] = [""] * (len(numbers) - len(names) + 1)
        if len(names) == len(numbers) and any(name.isidentifier() for name in names):
            pairs = zip(names, numbers, strict=True)
            return ", ".join(f"{name}={number}" if name.isidentifier() else number for name, number in pairs)
    return lengths


@cache
def axes_of(file: Path) -> dict[str, list[str]]:
    """Argument → the axes it may have, as the signatures in this file say; the result's are under `return`."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return {}
    found: dict[str, list[str]] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for name, annotation in [
            *((a.arg, a.annotation) for a in function.args.args + function.args.kwonlyargs),
            ("return", function.returns),
        ]:
            texts = [n.value for n in ast.walk(annotation) if isinstance(n, ast.Constant)] if annotation else []
            found.setdefault(name, []).extend(text for text in texts if isinstance(text, str))
    return found
