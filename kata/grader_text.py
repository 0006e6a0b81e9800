"""What a grader says in words, read from its text: to import it would load torch and run its code."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from kata.course import Exercise
from kata.errors import JudgeError


@dataclass(frozen=True)
class Named:
    """A variant of the reference: its name, and the hint that leads away from it."""

    name: str
    hint: str = ""


def hints(exercise: Exercise) -> list[str]:
    """The grader's HINTS.

    Raises:
        JudgeError: there is no grader, or its HINTS are no list of texts.
    """
    node = _assigned(exercise, "HINTS")
    if node is None:
        return []
    try:
        found = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        found = None
    if not isinstance(found, list) or not all(isinstance(hint, str) for hint in found):
        raise JudgeError(f"{exercise.grader}:{node.lineno}: HINTS is not a list of plain texts.")
    return found


def variants(exercise: Exercise, among: str) -> list[Named]:
    """The variants in MISTAKES or ALSO_RIGHT whose names are plain texts."""
    node = _assigned(exercise, among)
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)] if node else []
    found = []
    for call in sorted(calls, key=lambda call: call.lineno):
        texts = {keyword.arg: _text(keyword.value) for keyword in call.keywords}
        name = _text(call.args[0]) if call.args else texts.get("name", "")
        if isinstance(call.func, ast.Name) and call.func.id == "Variant" and name:
            found.append(Named(name, texts.get("hint", "")))
    return found


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _assigned(exercise: Exercise, name: str) -> ast.expr | None:
    try:
        tree = ast.parse(exercise.grader.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise JudgeError(f"{exercise.grader} is missing, and the hints with it. Restore it.") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise JudgeError(f"{exercise.grader} cannot be read: {error}") from None
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node.value
    return None
