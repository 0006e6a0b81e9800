"""What of a text a student's copy may have: no hidden tests, and of a grader nothing that gives the solution away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from kata.errors import JudgeError
from kata.solution import Variant

_MARKS = ("BEGIN", "END")
HIDDEN_TESTS, AUTHORS = "HIDDEN TESTS", "AUTHORS"
GIVEN_AWAY = {"MISTAKES", "ALSO_RIGHT", "EQUIVALENT"}  # what of a grader is the solution in other words


def without(text: str, what: str) -> str:
    """The text without what lies between `### BEGIN what` and `### END what`, as nbgrader marks it.

    Raises:
        JudgeError: a mark has no other that belongs to it.
    """
    begin, end = (rf"^[ \t]*### {mark} {what}\n" for mark in _MARKS)
    left = re.sub(f"{begin}.*?{end}", "", text, flags=re.MULTILINE | re.DOTALL)
    if re.search(f"{begin}|{end}", left, re.MULTILINE):
        raise JudgeError(f"one of `### BEGIN {what}` and `### END {what}` is without the other")
    return left


def public_grader(text: str, mistakes: Sequence[Variant]) -> str:
    """A grader without hidden tests, right answers and mutants, and with no more of each mistake than name and hint."""
    text = without(text, HIDDEN_TESTS)
    statements = ast.parse(text).body
    dropped = [statement for statement in statements if GIVEN_AWAY & _mentioned(statement)]
    while unused := _used_only_by(dropped, statements):
        dropped += unused
    place = next((s for s in statements if "MISTAKES" in _bound(s)), None)
    lines = text.splitlines(keepends=True)
    for statement in sorted(dropped, key=lambda s: s.lineno, reverse=True):
        first, end = _with_comments(lines, statement.lineno - 1), statement.end_lineno or statement.lineno
        lines[first:end] = [_named(mistakes)] if statement is place else []
    return re.sub(r"\n{4,}", "\n\n\n", "".join(lines)).rstrip("\n") + "\n"


def _used_only_by(dropped: Iterable[ast.stmt], statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """The statements that define something for those which are dropped, and for no other."""
    kept = [statement for statement in statements if statement not in dropped]
    wanted = set().union(*map(_mentioned, dropped))
    return [
        one
        for one in kept
        if _bound(one) & wanted and not any(_bound(one) & _mentioned(other) for other in kept if other is not one)
    ]


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a top-level statement gives a value to."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _mentioned(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _with_comments(lines: Sequence[str], first: int) -> int:
    """Where the comment right above a statement begins, which speaks of it."""
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return first


def _named(mistakes: Iterable[Variant]) -> str:
    entries = "".join(f"    Variant({mistake.name!r}, hint={mistake.hint!r}),\n" for mistake in mistakes)
    return f"MISTAKES = [\n{entries}]\n"
