"""The names of tests and cases, read from a grader's text: importing it would load torch and run its code."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TypeGuard

from kata.course.catalog import Exercise
from kata.errors import JudgeError


def tests(exercise: Exercise) -> list[str]:
    """List the names of the tests as words: `test_hidden_keys` → `hidden keys`."""
    return [spoken(test.name.removeprefix("test_")) for test in _tree(exercise).body if _is_test(test)]


def cases(exercise: Exercise) -> list[ast.expr]:
    """The names of the cases that tests are run on, as they are written: texts and f-strings.

    A case that a test makes inside itself is no part of the test's name, and so nothing that a learner reads.
    """
    found: list[ast.expr] = []
    for part in _tree(exercise).body:
        if _is_test(part):
            found += [name for decorator in part.decorator_list for name in _ids(decorator)]
        else:
            calls = [node for node in ast.walk(part) if isinstance(node, ast.Call) and _called(node) == "Case"]
            found += [call.args[0] for call in sorted(calls, key=lambda call: call.lineno) if call.args]
    return [name for name in found if isinstance(name, ast.JoinedStr) or _text(name)]


def trains(exercise: Exercise) -> bool:
    """Tell whether the grader's mark says `trains=True`: a run of training is judged."""
    calls = [node for node in ast.walk(_tree(exercise)) if isinstance(node, ast.Call) and _called(node) == "exercise"]
    said = [keyword for call in calls for keyword in call.keywords if keyword.arg == "trains"]
    return any(isinstance(keyword.value, ast.Constant) and keyword.value.value is True for keyword in said)


def spoken(name: str) -> str:
    """The name of a function as words."""
    return name.replace("_", " ")


def _is_test(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _ids(decorator: ast.expr) -> list[ast.expr]:
    """Find the ids of the cases if `parametrize` lists them; else the values, which pytest names itself."""
    if not isinstance(decorator, ast.Call) or _called(decorator) != "parametrize":
        return []
    said = next((keyword.value for keyword in decorator.keywords if keyword.arg == "ids"), decorator.args[1])
    return said.elts if isinstance(said, ast.List) else []


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _tree(exercise: Exercise) -> ast.Module:
    try:
        return _parsed(exercise.grader.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise JudgeError(f"{exercise.grader} is missing. Restore it.") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise JudgeError(f"{exercise.grader} cannot be read: {error}") from None


@lru_cache(maxsize=1)  # the loop reads the same grader at each drawing
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)
