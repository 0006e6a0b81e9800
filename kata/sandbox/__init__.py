"""Where a submission runs: apart from the judge, within limits, killed whole.

`Sandbox` (host.py) is what the judge holds; `zygote.py` forks a `worker.py` for each exercise of each submission.
"""

from kata.sandbox.host import WALL_TIMES, Limits, Sandbox, Worker, WorkerEnded

__all__ = ["WALL_TIMES", "Limits", "Sandbox", "Worker", "WorkerEnded"]
