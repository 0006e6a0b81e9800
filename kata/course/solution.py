"""A solution file is the one source: statement, stub and reference are cut from it."""

from __future__ import annotations

import ast
import re

# nbgrader's own delimiters, so that the same file is already the source of a notebook's solution cell.
REGION = re.compile(
    r"^(?P<indent>[ ]*)### BEGIN SOLUTION\n(?P<body>.*?)^[ ]*### END SOLUTION\n", re.MULTILINE | re.DOTALL
)


def stub(solution: str) -> str:
    """The file a student starts from: every marked region raises NotImplementedError."""
    return REGION.sub(r"\g<indent># YOUR CODE HERE\n\g<indent>raise NotImplementedError\n", solution)


def statement(solution: str) -> str:
    """The exercise's statement: the module docstring of its solution (or stub)."""
    return ast.get_docstring(ast.parse(solution)) or ""
