"""Examples of a statement: what its docstrings type at Python's prompt, and what they say is shown then."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def examples_of(source: str) -> list[tuple[str, list[doctest.Example]]]:
    """Find the examples of each docstring in a text, under the name of the function or class that it is of."""
    parser = doctest.DocTestParser()
    found = [(name, parser.get_examples(docstring, name)) for name, docstring in _docstrings(ast.parse(source), "")]
    return [(name, examples) for name, examples in found if examples]


def _docstrings(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, DOCUMENTED) and (docstring := ast.get_docstring(node)):
        yield name, docstring
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DOCUMENTED):
            own = getattr(child, "name", "")
            yield from _docstrings(child, f"{name}.{own}" if name else own)


def statements_of(lines: str) -> list[str]:
    """Cut lines of Python into its statements, as they are typed at a prompt.

    Raises:
        SyntaxError: they are none.
    """
    rows = lines.split("\n")
    spans: list[tuple[int, int]] = []
    for node in ast.parse(lines).body:
        first, last = node.lineno, node.end_lineno or node.lineno
        if spans and first <= spans[-1][1]:  # on one line with the statement before: `a = 1; b = 2`
            first, _ = spans.pop()
        spans.append((first, last))
    return ["\n".join(rows[first - 1 : last]) + "\n" for first, last in spans]


def agrees(example: doctest.Example, shown: str, raised: str) -> bool:
    """Tell whether a statement showed what its example says."""
    if example.exc_msg is not None:
        return raised == example.exc_msg
    return not raised and doctest.OutputChecker().check_output(example.want, shown, _flags(example))


def _flags(example: doctest.Example) -> int:
    return sum(flag for flag, on in example.options.items() if on)
