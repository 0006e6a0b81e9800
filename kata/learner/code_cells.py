"""Code cells of a notebook, and the one text made of them that is graded."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# What IPython obeys and Python does not know: `%timeit f(x)`, `!pip install x`, `f?`.
_MAGIC = re.compile(r"^[ \t]*(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)


@dataclass(frozen=True)
class Code:
    """A code cell. `answer` marks the cell that the exercise asks for; others are the student's own."""

    text: str
    answer: bool = False


def module_text(cells: Sequence[Code], names: Iterable[str]) -> str:
    """Build the text that answers the exercise: the answer's cells, and the parts of other cells that they need.

    Where no cell is the answer's, start from the `names` that the exercise asks for. So an experiment in another cell
    neither costs time nor breaks a right answer, and a helper defined in one is at hand.
    """
    answers = [_python(cell.text) for cell in cells if cell.answer]
    needed = set(names)
    if answers:
        sound = {text: tree for text in answers if (tree := _parsed(text))}
        bound = {name for tree in sound.values() for statement in tree.body for name in _bound(statement)}
        needed = {name for text in sound for name in _read(text)} - bound
    kept = _needed(cells, needed)
    texts = [_python(cell.text) if cell.answer else "\n".join(kept.get(n, [])) for n, cell in enumerate(cells)]
    return "\n\n".join(text.strip("\n") for text in texts if text.strip()) + "\n"


def defined(text: str) -> list[str]:
    """The functions and classes that a text defines at its top level; none if it is no Python."""
    tree = _parsed(_python(text))
    return [s.name for s in (tree.body if tree else []) if isinstance(s, ast.FunctionDef | ast.ClassDef)]


def _python(text: str) -> str:
    """The text without IPython's own lines, if it is Python then. Lines keep their numbers."""
    if _parsed(text) is None:
        plain = _MAGIC.sub("", text)
        if _parsed(plain) is not None:
            return plain
    return text


def _parsed(text: str) -> ast.Module | None:
    try:
        compile(text, "cell", "exec", dont_inherit=True)  # finds more than the parser does; nothing runs
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _needed(cells: Sequence[Code], needed: set[str]) -> dict[int, list[str]]:
    """Cell number -> the statements of the student's other cells that are needed, directly or by one another."""
    statements = [found for n, cell in enumerate(cells) if not cell.answer for found in _statements(n, cell.text)]
    last = {s.name: s for _, s, _ in statements if isinstance(s, ast.FunctionDef | ast.ClassDef)}
    chosen: set[int] = set()
    while True:
        more = {
            place
            for place, (_, statement, _) in enumerate(statements)
            if place not in chosen
            and needed & _bound(statement)
            and last.get(getattr(statement, "name", ""), statement) is statement  # of two definitions, the last stands
        }
        if not more:
            break
        chosen |= more
        needed = needed.union(*(_read(statements[place][2]) for place in more))
    kept: dict[int, list[str]] = {}
    for place in sorted(chosen):
        number, _, text = statements[place]
        kept.setdefault(number, []).append(text)
    return kept


def _statements(number: int, text: str) -> Iterator[tuple[int, ast.stmt, str]]:
    tree = _parsed(_python(text))
    for statement in tree.body if tree else []:
        yield number, statement, ast.unparse(statement)


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a top-level statement gives a value to, or changes the object of."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return {name for target in statement.targets for name in _roots(target)}
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return set(_roots(statement.target))
    return set()


def _roots(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _roots(element)
    elif isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        yield from _roots(target.value)
    elif isinstance(target, ast.Name):
        yield target.id


def _read(text: str) -> set[str]:
    """The global names that a text looks up, wherever in it; a parameter or a local variable is none."""
    names, tables = set(), [symtable.symtable(text, "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        names |= {one.get_name() for one in table.get_symbols() if one.is_referenced() and (top or one.is_global())}
    return names
