"""Workers without fork: interpreters started in advance, each waiting to be used once.

On macOS a forked process may not touch the system's libraries for threads and numerics, so what is forked on Linux is
kept ready here instead: torch is loaded while nobody waits for it.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections import deque
from typing import Any

READY = 2  # one to give away, and one for the next exercise while its successor loads


class Spares:
    """A few interpreters with torch loaded, replaced as they are used."""

    def __init__(self, package: str):
        self._program = (
            f"import sys; sys.path.append({package!r}); from kata.sandbox import prestarted; prestarted.main()"
        )
        self._waiting: deque[tuple[subprocess.Popen[bytes], socket.socket]] = deque()
        for _ in range(READY):
            self._start()

    def use(self, limits: dict[str, Any], fds: list[int], folder: str) -> int:
        """Turn a spare into a worker, have another one started, and return the worker's process id.

        Raises:
            OSError: the spare is gone.
        """
        process, line = self._waiting.popleft()
        self._start()
        with line:
            if not line.recv(1):  # ready: loading torch is on nobody's clock
                raise OSError("an interpreter did not start")
            socket.send_fds(line, [json.dumps({"limits": limits, "folder": folder}).encode()], fds)
        process.returncode = 0  # the zygote waits for its workers itself
        return process.pid

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", "-c", self._program, str(theirs.fileno())]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()])  # noqa: S603 - ours
        self._waiting.append((process, ours))


def main() -> None:
    """Load torch, wait for a judge to want a worker, and become it. No judge, no worker."""
    from kata.sandbox.jail import Jail
    from kata.sandbox.preparation import become_worker, prepare, warm_up

    line = socket.socket(fileno=int(sys.argv[1]))
    warm_up(cuda=False)
    del sys.path[-1]
    line.sendall(b"r")
    data, fds, _, _ = socket.recv_fds(line, 65536, 2)
    if data:
        order = json.loads(data)
        line.close()
        if order["limits"]["prepared"]:
            prepare(cuda=False)
        become_worker(Jail("none"), order["limits"], fds, order["folder"])
