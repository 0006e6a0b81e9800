"""Settings that outlast a call, and that whoever changes them puts back.

Of torch's only those are here that no call has a reason to leave otherwise: deterministic algorithms, say, may be asked
for. Of Python's there is one that a call may well raise, and that this process must have back.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

# By the words that ask for one: how it is read, and how it is set.
SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "torch.is_grad_enabled()": (torch.is_grad_enabled, torch.set_grad_enabled),
    "torch.get_default_dtype()": (torch.get_default_dtype, torch.set_default_dtype),
}


def settings() -> dict[str, Any]:
    """Read all of them."""
    return {name: read() for name, (read, _) in SETTINGS.items()}


def put_back(before: dict[str, Any]) -> list[str]:
    """Set all of them to what they were `before`, and return the names of those that were not."""
    changed = [name for name, value in settings().items() if value != before[name]]
    for name in changed:
        _, write = SETTINGS[name]
        write(before[name])
    return changed


@contextmanager
def recursion_limit_kept() -> Iterator[None]:
    """Run trusted code that may raise the limit: with it left high, the next one to go deep crashes this process."""
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
