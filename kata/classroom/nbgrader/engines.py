"""A shared database engine for each gradebook.

nbgrader opens the gradebook eight times a submission, each time with an engine of its own, which compiles every
statement anew, and looks for each of a dozen tables: half the time that autograding takes. `Gradebook.close` empties an
engine's pool of connections, so none stays open in a shared one, either.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import nbgrader.api
from sqlalchemy import inspect

_create = nbgrader.api.create_engine
_create_tables = nbgrader.api.Base.metadata.create_all


@cache
def engine(url: str, *, echo: bool, future: bool) -> object:
    return _create(url, echo=echo, future=future)


def create_tables(bind: Any) -> None:
    """Create nbgrader's tables, which it makes all together, unless one of them is there."""
    if not inspect(bind).has_table(nbgrader.api.Course.__tablename__):
        _create_tables(bind=bind)


def share() -> None:
    """Have every gradebook that this process opens use the engine that its database has already."""
    nbgrader.api.create_engine = engine
    nbgrader.api.Base.metadata.create_all = create_tables
