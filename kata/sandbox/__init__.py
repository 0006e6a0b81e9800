"""The sandbox that a submission runs in: apart from the judge, within limits, killed whole.

`Sandbox` (host.py) is what the judge holds; `zygote.py` forks a `worker.py` for each exercise of each submission. This
module loads neither: of the two sides, each gets only its own, and the judge's end is there for who asks for it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kata.sandbox.host import Limits, Sandbox, Worker, WorkerEnded

__all__ = ["Limits", "Sandbox", "Worker", "WorkerEnded"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kata.sandbox import host

    return getattr(host, name)
