"""Texts of the harness, found in its own source: what is printed with `tr`, what is raised, what options mean."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kata.language.templates import TOLD
from kata.verdict import STATUSES

PACKAGE = Path(__file__).resolve().parent.parent
NOT_READ = (
    "strength",
    "sandbox",
    "bench",
    "language/__main__.py",
    "language/catalogues.py",
    "language/docstrings.py",
    "language/exercise.py",
    "language/sources.py",
    "execution/protocol.py",
)  # authors' tools, and what no learner sees
# Who says something that is translated where it is shown. In these modules, every function helps to say it.
SAYING = {"UsageError", "JudgeError", "Wrong", "Unreadable", "warn", "Finding", "ArgumentTypeError", "MissingError"}
WHOLE = (
    "judge/agreement.py",
    "classroom/nbgrader/graft.py",
    "judge/checks.py",
    "judge/described.py",
    "judge/diagnosis.py",
    "judge/statistics.py",
    "judge/submission.py",
    "verdict.py",
)
SAID_BY_NAME = (*STATUSES, "again", "hard", "good", "easy", "ok", "note", "problem")  # `tr` of what a value says
_TR_IN_PAGE = re.compile(r'tr\("([^"]+)"')
LEAST_LETTERS = 3  # of words, beside the places: less than that would be found in any message


def messages() -> dict[tuple[str, str], list[str]]:
    """(context, English) → the files that say it."""
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        if name.startswith(NOT_READ):
            continue
        for key in _of_a_file(ast.parse(file.read_text(encoding="utf-8")), whole=name in WHOLE):
            places = found.setdefault(key, [])
            if f"kata/{name}" not in places:
                places.append(f"kata/{name}")
    for text in _TR_IN_PAGE.findall((PACKAGE / "learner/page.html").read_text(encoding="utf-8")):
        found.setdefault(("", text), []).append("kata/learner/page.html")
    for name in SAID_BY_NAME:
        found.setdefault(("", name), ["kata/verdict.py"])
    return found


def template(node: ast.expr) -> str:
    """A text or an f-string as a message: what is filled in becomes {0}, {1}, ..."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts, count = [], 0
    for part in node.values if isinstance(node, ast.JoinedStr) else []:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            parts.append(f"{{{count}}}")
            count += 1
    return "".join(parts)


def _of_a_file(tree: ast.Module, *, whole: bool) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _printed(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield from _constant(node, node.value.value, whole)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inner = {id(part) for outer in functions for part in ast.walk(outer) if part is not outer}
    for function in functions:
        if id(function) not in inner and (whole or _says(function)):
            yield from ((TOLD, text) for text in _texts(function))


def _printed(call: ast.Call) -> Iterator[tuple[str, str]]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    first = call.args[0] if call.args else None
    if name == "tr" and isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield "", first.value
    if name in ("add", "add_argument"):
        for keyword in call.keywords:
            if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
                yield "", str(keyword.value.value)


def _constant(node: ast.Assign, value: object, whole: bool) -> Iterator[tuple[str, str]]:
    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(value, str) and names == ["HELP"]:
        yield "", value
    elif isinstance(value, str) and " " in value and names and names[0].isupper() and (whole or names == ["ISOLATE"]):
        yield TOLD, value


def _says(function: ast.FunctionDef) -> bool:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(getattr(called, "id", getattr(called, "attr", "")) in SAYING for called in calls)


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts and f-strings in it that read as words, but for docstrings, annotations and what `tr` has."""
    if isinstance(node, ast.FunctionDef):
        body = node.body[1:] if ast.get_docstring(node) else node.body
        for part in (*node.args.defaults, *body):
            yield from _texts(part)
        return
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tr", "open", "open_"):
        return
    if isinstance(node, ast.JoinedStr):
        text = template(node)
        if len(re.findall("[A-Za-z]", re.sub(r"\{\d+\}", "", text))) >= LEAST_LETTERS:
            yield text
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value)
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and " " in node.value.strip() and re.search("[A-Za-z]{3}", node.value):
            yield node.value
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)
