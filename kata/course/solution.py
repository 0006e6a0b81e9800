"""A solution file is the one source: statement, stub and reference are cut from it."""

from __future__ import annotations

import ast
import re

# nbgrader's own delimiters, so that the same file is already the source of a notebook's solution cell.
REGION = re.compile(
    r"^(?P<indent>[ ]*)### BEGIN SOLUTION\n(?P<body>.*?)^[ ]*### END SOLUTION\n", re.MULTILINE | re.DOTALL
)


def stub(solution: str) -> str:
    """The file a student starts from: every marked region raises NotImplementedError, and torch is there to be used."""
    return REGION.sub(r"\g<indent># YOUR CODE HERE\n\g<indent>raise NotImplementedError\n", with_torch(solution))


def with_torch(solution: str) -> str:
    """Import torch where a solution only needs names of it, for those who write it otherwise."""
    try:
        imports = [node for node in ast.parse(solution).body if isinstance(node, ast.Import | ast.ImportFrom)]
    except SyntaxError:  # told where it is graded
        return solution
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    of_others = [node for node in imports if isinstance(node, ast.ImportFrom) and node.module in ("jaxtyping", "torch")]
    if "torch" in names or "torch" not in {node.module for node in of_others}:
        return solution
    lines = solution.splitlines(keepends=True)
    lines.insert(of_others[0].lineno - 1, "import torch\n")
    return "".join(lines)


def statement(solution: str) -> str:
    """The exercise's statement: the module docstring of its solution (or stub)."""
    return ast.get_docstring(ast.parse(solution)) or ""
