"""Axes by the names that a signature gives them: `(queries=5, d_k=8)`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path

Axes = dict[str, list[str]]  # argument, or `return` for the result -> the axes it may have, as jaxtyping writes them


def lengths(shape: Sequence[int], candidates: Sequence[str]) -> str:
    """Write a shape as Python does, with the names of the first candidate that has one for each axis."""
    for candidate in candidates:
        names = [name.lstrip("#") for name in candidate.split()]
        if names and names[0].startswith("*") and len(shape) >= len(names) - 1:
            names[:1] = [""] * (len(shape) - len(names) + 1)
        if len(names) == len(shape) and any(name.isidentifier() for name in names):
            pairs = zip(names, shape, strict=True)
            return f"({', '.join(f'{name}={size}' if name.isidentifier() else str(size) for name, size in pairs)})"
    return str(tuple(shape))


@cache
def axes_of(file: Path) -> Axes:
    """The axes that the signatures in this file name."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return {}
    found: Axes = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for name, annotation in [
            *((a.arg, a.annotation) for a in function.args.args + function.args.kwonlyargs),
            ("return", function.returns),
        ]:
            texts = [n.value for n in ast.walk(annotation) if isinstance(n, ast.Constant)] if annotation else []
            found.setdefault(name, []).extend(text for text in texts if isinstance(text, str))
    return found
