"""Statements typed at an implementation one after the other, as at Python's prompt."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Sequence
from typing import Any

import torch

from kata.execution.scenario import Implementation

LONGEST = 20_000  # characters of what one statement shows


def typed(impl: Implementation, statements: Sequence[str]) -> list[list[str]]:
    """Run statements in a copy of the implementation's names (and torch), and return what each showed and what it raised.

    What comes after an exception is run all the same, as at a prompt.
    """
    names: dict[str, Any] = {"torch": torch, **vars(impl._module), "__name__": "__main__"}
    return [_typed(statement, names) for statement in statements]


def _typed(statement: str, names: dict[str, Any]) -> list[str]:
    shown, raised = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            exec(compile(statement, "<typed>", "single"), names)  # noqa: S102 - in the jail, beside what is tried
    except Exception as error:
        raised = "".join(traceback.format_exception_only(error))
    return [shown.getvalue()[:LONGEST], raised[:LONGEST]]
