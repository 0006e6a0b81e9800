"""The judge's end of the sandbox: start the zygote, have workers forked, talk to them within limits, kill them whole.

Nothing here imports torch, so that the zygote can load it while the judge is still busy with its own imports.
"""

from __future__ import annotations

import atexit
import contextlib
import copy
import json
import math
import os
import secrets
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kata.errors import JudgeError
from kata.sandbox import scratch
from kata.sandbox.meter import Meter

CLOSING_SECONDS = 2.0  # what the zygote may take to kill its workers and their folders
LOOK_SECONDS = 0.05  # between two looks at what a worker takes of the machine
MAX_PRINTED = 16 << 20  # bytes of output after which a submission is stopped: no use of print comes near it
KEPT_PRINTED = 16 << 10  # bytes of output kept to show
GRACE_SECONDS = 0.2  # a worker that hung up is on its way out, and its own exit status says more than a kill
ZYGOTE_SECONDS = 60.0  # importing torch takes a second or two; a cold disk ten
WALL_TIMES = 10  # a worker may take so many times its own time by the judge's clock: the rest is the machine's
TRACE_SECONDS = 0.2  # what a worker may take to say where it is: milliseconds
PAUSE_SECONDS = 0.05  # between two lines of that, at most
MAX_TRACE = 1 << 18  # bytes of it, and of what is printed at that moment
LIBRARY = 4 << 20  # bytes that are read at least when torch loads more of itself: hundreds of files
WHERE = signal.SIGUSR1  # asks for it, as the zygote knows
# Workers see the zygote's command line as their own: what it needs to know of the course comes over standard input.
PROGRAM = (
    "import json, sys; settings = json.load(sys.stdin); sys.path[:1] = []; sys.path.append(settings['package']); "
    "from kata.sandbox import zygote; zygote.main(settings)"
)
_CREDENTIALS = struct.Struct("3i")  # a process, a user, a group, each as the one who reads knows it


@dataclass(frozen=True)
class Limits:
    """The limits of one worker: bytes of memory beyond the zygote's, seconds of processor, bytes in a file.

    `prepared` has all of torch loaded for it that torch loads at its first use: its compiler, optimizers, functions for
    tensors without numbers. That takes two seconds, but only once.
    """

    memory: int = 2 << 30
    cpu_seconds: int = 60
    file_size: int = 64 << 20
    open_files: int = 256
    prepared: bool = False


class WorkerEnded(Exception):
    """The end of a worker. `reason` is timed_out, overdue, asleep, flooded, overused, forged, hung_up or exited, the
    last with a `status` as os.waitpid tells it. It timed out by its own time, and is overdue by the judge's.

    `trace` is what it said of where it was, as faulthandler prints it, innermost first; it may say anything.
    `may_have_loaded` tells that torch may have been loading more of itself in it.
    """

    def __init__(self, reason: str, status: int = 0, trace: str = "", *, may_have_loaded: bool = False):
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.trace = trace
        self.may_have_loaded = may_have_loaded


class Sandbox:
    """A zygote, started at once and waited for at the first worker. Close it, or leave it to the end of the process."""

    def __init__(
        self,
        hidden: Sequence[Path] = (),
        isolation: str | None = None,
        *,
        spares: bool = sys.platform == "darwin",
        cuda: bool = False,
    ) -> None:
        """Start it. `hidden` are folders that no worker may see; `isolation` asks for a level, which is else the
        highest that the machine has, or what the environment's KATA_ISOLATION says. `spares` keeps interpreters
        ready instead of forking. Only with `cuda` do workers see the cards, and can open them."""
        self._settings: dict[str, Any] = {
            "isolation": os.environ.get("KATA_ISOLATION", "") if isolation is None else isolation,
            "hidden": [str(path.resolve()) for path in hidden],
            "spares": spares,
            "cuda": cuda,
        }
        self._owner = os.getpid()
        self._on_cuda: Sandbox | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._hello: dict[str, Any] = {}
        self._greeted = False
        self.folder = _unused_folder()
        atexit.register(self.close)  # before there is anything to leave behind: Ctrl-C may come at any moment
        self._start()

    @property
    def cuda(self) -> bool:
        """True if its workers may use CUDA."""
        return bool(self._settings["cuda"])

    def on(self, device: str) -> Sandbox:
        """The sandbox for this kind of device: this one, or one beside it that is started when first asked for.

        A zygote that has so much as counted the cards has no child that could open one, and torch counts them in the
        first backward pass. So the zygote for CUDA does without one, and for the other there are no cards.
        """
        if self.cuda or device != "cuda":
            return self
        if self._on_cuda is None:
            hidden = [Path(path) for path in self._settings["hidden"]]
            self._on_cuda = Sandbox(hidden, self._settings["isolation"], spares=self._settings["spares"], cuda=True)
        return self._on_cuda

    @property
    def isolation(self) -> str:
        """The level of isolation that workers have here: full, restricted or none.

        Raises:
            JudgeError: the level that was asked for is not to be had, or the sandbox does not start.
        """
        return str(self._greet()["isolation"])

    @property
    def missing(self) -> dict[str, str]:
        """The levels above this one, and why the machine does not have them."""
        return dict(self._greet()["reasons"])

    def _greet(self) -> dict[str, Any]:
        if not self._hello:
            self._hello = self._receive()
        if "error" in self._hello:
            raise JudgeError(f"The sandbox does not start: {self._hello['error']}")
        if not self._greeted:
            self._greeted = True
            if self._hello["isolation"] == "restricted":
                from kata.sandbox.syscalls import PR_SET_DUMPABLE, prctl

                prctl(PR_SET_DUMPABLE, 0)  # workers are users like us: their kernel shall not let them look into us
        return self._hello

    def _start(self) -> None:
        self._hello, self._greeted = {}, False
        self.folder = _unused_folder()  # anew each time: who ended the last one took that along
        self.folder.mkdir(mode=0o700)
        (self.folder / "root").mkdir()
        package = str(Path(__file__).resolve().parents[2])
        settings = {**self._settings, "folder": str(self.folder / "root"), "package": package}
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the zygote
        self._control, theirs = _line()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
                [sys.executable, "-s", "-c", PROGRAM, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=_clean_environment(str(self.folder), cuda=self.cuda),
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=self._said,
                stderr=self._said,
                start_new_session=True,
            )
        assert self._process.stdin
        with contextlib.suppress(OSError), self._process.stdin as line:  # if it has ended, the first answer says so
            line.write(json.dumps(settings).encode())
        self._control.settimeout(ZYGOTE_SECONDS)

    def spawn(self, limits: Limits) -> Worker:
        """Fork a fresh worker. A zygote that was killed is started anew.

        Raises:
            JudgeError: no worker can be had.
        """
        try:
            return self._spawn(limits)
        except (OSError, JudgeError):
            if not self._owner:
                raise
            self._stop()
            self._start()
        try:
            return self._spawn(limits)
        except OSError as error:
            raise JudgeError(f"The sandbox does not start ({error}). `kata doctor` says more.") from None

    def _spawn(self, limits: Limits) -> Worker:
        answer = self._ask({"op": "spawn", "limits": asdict(limits)})
        if len(answer["fds"]) != 2:  # the kernel drops what a process has no room for
            raise JudgeError("The judge has too many files open for one worker more. Raise the limit: ulimit -n 4096")
        frames, output = answer["fds"]
        meter = Meter(answer["here"], family=self.isolation == "none")
        return Worker(self, answer, socket.socket(fileno=frames), output, meter)

    def expect(self, limits: Limits | None) -> None:
        """Say what the next worker is likely to be asked for with, so that it is ready by then; None for nothing more.

        This never waits, and nothing depends on it.
        """
        message = {"op": "expect", "limits": asdict(limits) if limits else None}
        with contextlib.suppress(OSError):  # the zygote is gone: the next `spawn` sees to that
            self._control.sendall(json.dumps(message).encode() + b"\n")

    def kill(self, pid: int) -> None:
        """Have the worker killed with all that it started, before the next one is forked. The call does not wait."""
        with contextlib.suppress(OSError):  # the zygote is gone, and its workers with it
            self._control.sendall(json.dumps({"op": "kill", "pid": pid}).encode() + b"\n")

    def reap(self, pid: int, grace: float) -> int | None:
        """The exit status, as os.waitpid tells it, of a worker that has `grace` seconds to end by itself.

        None if it did not, and so is killed with all that it started.
        """
        try:
            status = self._ask({"op": "reap", "pid": pid, "grace": grace})["status"]
        except (OSError, JudgeError):
            return int(signal.SIGKILL)  # the zygote is gone, and its workers with it
        return None if status is None else int(status)

    def _ask(self, message: dict[str, Any], fds: list[int] | None = None) -> dict[str, Any]:
        self._greet()
        socket.send_fds(self._control, [json.dumps(message).encode() + b"\n"], fds or [])
        answer = self._receive()
        if "error" in answer:
            raise JudgeError(f"The sandbox has no worker to give: {answer['error']}")
        return answer

    def _receive(self) -> dict[str, Any]:
        answer, fds, sender = b"", array("i"), 0
        while not answer.endswith(b"\n"):
            part, extra, _, _ = self._control.recvmsg(65536, 1024)
            if not part:
                return {"error": "its zygote ended" + self._last_words()}
            answer += part
            for _, kind, data in extra:
                if kind == socket.SCM_RIGHTS:
                    fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
                else:
                    sender = _CREDENTIALS.unpack(data)[0]
        for fd in fds:
            os.set_inheritable(fd, False)
        said = json.loads(answer)
        # A worker may have another number here than with the zygote; the kernel, asked to name it, gives ours.
        return {**said, "fds": list(fds), "here": sender if said.get("named") else said.get("pid", 0)}

    def _last_words(self) -> str:
        """The last line of what the zygote said before it ended, if anything."""
        self._said.seek(0)
        said = self._said.read()[-4000:].decode(errors="replace").strip()
        return f": {said.splitlines()[-1]}" if said else ""

    def branch(self) -> Sandbox:
        """A line of its own to the same zygote, for a process that is about to be forked from the judge."""
        ours, theirs = _line()
        with theirs:
            self._ask({"op": "branch"}, [theirs.fileno()])
        ours.settimeout(ZYGOTE_SECONDS)
        branch = copy.copy(self)
        branch._control, branch._owner, branch._on_cuda = ours, 0, None
        return branch

    def close(self) -> None:
        """End the zygote with all its workers, and remove the folder. Closing twice is fine."""
        if self._on_cuda:
            self._on_cuda.close()
        if not self._owner:
            self._control.close()
        if os.getpid() != self._owner:
            return
        self._stop()
        atexit.unregister(self.close)

    def _stop(self) -> None:
        if self._process is not None:
            self._control.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CLOSING_SECONDS)  # it kills its workers first, with what has left their sessions
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        scratch.remove(str(self.folder))

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class _Patience:
    """The limits of a wait for an answer: the worker's own time, how much of it may be sleep, and the judge's clock."""

    spent: float
    slept: float
    deadline: float


class Worker:
    """A single-use process that holds one submission of one exercise."""

    def __init__(self, sandbox: Sandbox, started: dict[str, Any], frames: socket.socket, output: int, meter: Meter):
        self.pid: int = started["pid"]
        self.prepared: bool = started["prepared"]
        self.printed = bytearray()
        self._here: int = started["here"]
        self._folder: str = started["folder"]
        self._meter = meter
        self._next_look = time.monotonic() + LOOK_SECONDS
        self.said = bytearray()  # of it, what belongs to the last answer
        self._heard = bytearray()  # what has come since
        self._dropped = 0
        self._sent = 0
        self._sandbox = sandbox
        self._frames = frames
        self._output = output
        self._tickets: deque[bytes] = deque()  # of the questions that are not answered yet
        self._outgoing = bytearray()
        self._buffer = bytearray()
        self._ended = False
        frames.setblocking(False)
        os.set_blocking(output, False)

    @property
    def spent(self) -> float:
        """The seconds of its own that it has taken so far, without those in which others had the processor."""
        return self._meter.spent

    def request(self, frame: bytes, seconds: float) -> tuple[bytes, bytearray]:
        """Send a frame and return the header and the body of the answer, as `send` and `receive` do."""
        self.send(frame)
        return self.receive(seconds)

    def send(self, frame: bytes) -> None:
        """Put a question to the worker, behind those that it has not answered yet. This never waits."""
        from kata.execution.protocol import TICKET

        ticket = os.urandom(TICKET)
        self._tickets.append(ticket)
        self._outgoing += ticket + frame
        self._sent += len(ticket) + len(frame)
        self._push()

    def receive(self, seconds: float, rest: float = math.inf, wall: float | None = None) -> tuple[bytes, bytearray]:
        """The header and the body of the answer to the oldest question.

        It may take so many `seconds` of its own, by the kernel's count, of which it may sleep for `rest`, and `wall` by
        the judge's clock, which is WALL_TIMES as many unless said.

        Raises:
            WorkerEnded: no answer came within that time, or no proper one. It is dead then.
        """
        wall = WALL_TIMES * seconds if wall is None else wall
        meter, start = self._meter, time.monotonic()
        limits = _Patience(meter.spent + seconds, meter.slept + rest, start + wall)
        return self._answer(self._tickets.popleft(), limits)

    @property
    def unanswered(self) -> int:
        """The number of questions sent whose answers have not been received."""
        return len(self._tickets)

    def _answer(self, ticket: bytes, patience: _Patience) -> tuple[bytes, bytearray]:
        from kata.execution.protocol import PREFIX, ProtocolError, lengths

        start = len(ticket) + PREFIX.size
        wanted, header = start, 0
        while True:
            while len(self._buffer) >= wanted:
                if header:
                    answer = bytes(self._buffer[start : start + header])
                    body = self._buffer[start + header : wanted]
                    del self._buffer[:wanted]
                    self._keep_until(ticket)
                    return answer, body
                if self._buffer[: len(ticket)] != ticket:
                    raise self._end("forged")
                try:
                    header, body_size = lengths(bytes(self._buffer[len(ticket) : start]))
                except ProtocolError:
                    raise self._end("forged") from None
                wanted = start + header + body_size
                if not header:
                    raise self._end("forged")
            self._wait(patience)
            try:
                data = self._frames.recv(1 << 16)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                raise self._end("exited")
            self._buffer += data

    def _wait(self, patience: _Patience) -> None:
        """Wait until there is something to receive, sending what is still to be sent and reading what is printed."""
        while True:
            now = time.monotonic()
            poll = select.poll()
            poll.register(self._frames, select.POLLIN | (select.POLLOUT if self._outgoing else 0))
            if self._output >= 0:
                poll.register(self._output, select.POLLIN)
            ready = dict(poll.poll(max(0.0, min(patience.deadline, self._next_look) - now) * 1000))
            self._meter.waited(time.monotonic() - now)
            if self._output in ready:
                self._drain()
            events = ready.get(self._frames.fileno(), 0)
            if events & select.POLLOUT:
                self._push()
            if events & ~select.POLLOUT:
                return
            self._look(patience)

    def _look(self, patience: _Patience) -> None:
        """Stop the worker if it takes more than it may. Sleep is counted in looks: the judge may be held up itself."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._meter.look(LOOK_SECONDS)
            if self._folder and scratch.overused(self.pid, self._folder):
                raise self._end("overused")
        if self._meter.slept >= patience.slept:
            raise self._stop("asleep")
        if self._meter.spent >= patience.spent:
            raise self._stop("timed_out")
        if now >= patience.deadline:
            raise self._stop("overdue")

    def _stop(self, reason: str) -> WorkerEnded:
        """End the worker, after asking for the line that it is at."""
        read = self._meter.bytes_read
        may_have_loaded = not self.prepared and (read < 0 or read > self._sent + LIBRARY)
        trace = self._trace()
        self.close()
        return WorkerEnded(reason, trace=trace, may_have_loaded=may_have_loaded)

    def _trace(self) -> str:
        """Ask the worker, by a signal, for the line of each call that it is in."""
        said = bytearray()
        if self._here <= 0:  # to us it has no number
            return ""
        with contextlib.suppress(OSError, WorkerEnded):
            self._drain()
            os.kill(self._here, WHERE)
            deadline, poll = time.monotonic() + TRACE_SECONDS, select.poll()
            poll.register(self._output, select.POLLIN)
            while poll.poll(1000 * (PAUSE_SECONDS if said else TRACE_SECONDS)) and time.monotonic() < deadline:
                said += (data := os.read(self._output, 1 << 16))
                if not data or len(said) > MAX_TRACE:
                    break
        return said.decode(errors="replace")

    def _push(self) -> None:
        try:
            while self._outgoing:
                del self._outgoing[: self._frames.send(memoryview(self._outgoing)[: 1 << 20])]
        except BlockingIOError:
            return
        except OSError:  # it is gone, but may have left answers to read
            self._outgoing.clear()

    def _drain(self) -> None:
        try:
            data = os.read(self._output, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            os.close(self._output)
            self._output = -1
            return
        keep = max(0, KEPT_PRINTED - len(self._heard))
        self._heard += data[:keep]
        self._dropped += len(data) - len(data[:keep])
        if self._dropped > MAX_PRINTED:
            raise self._end("flooded")

    def _keep_until(self, ticket: bytes) -> None:
        """Keep what was printed before an answer: a worker prints its ticket before it sends it.

        What the calls before the judged one printed is of use only where one of them ended the process.
        """
        from kata.execution.protocol import ANOTHER_CALL

        if self._output >= 0:
            self._drain()  # a pipe holds no more than is read at once
        said, _, self._heard = self._heard.partition(ticket)
        self.said = said.rpartition(ANOTHER_CALL)[2]
        self.printed += self.said[: max(0, KEPT_PRINTED - len(self.printed))]

    def _end(self, reason: str) -> WorkerEnded:
        if reason != "exited":
            self.close()
            return WorkerEnded(reason)
        self._meter.stop()
        status = self._sandbox.reap(self.pid, GRACE_SECONDS)
        self._hang_up()
        return WorkerEnded("hung_up" if status is None else "exited", status or 0)

    def close(self) -> None:
        """Kill the worker whole. Closing twice is fine."""
        if not self._ended:
            self._meter.stop()
            self._sandbox.kill(self.pid)
            self._hang_up()

    def _hang_up(self) -> None:
        """Close our ends, having read what was printed last."""
        self._ended = True
        self._frames.close()
        if self._output >= 0:
            with contextlib.suppress(WorkerEnded):
                self._drain()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1
        if self._heard:
            self._keep_until(self._tickets[0] if self._tickets else b"\0")


def _line() -> tuple[socket.socket, socket.socket]:
    """Open a line between us and the zygote. At our end the kernel says which process speaks at the other."""
    ours, theirs = socket.socketpair()
    if sys.platform == "linux":
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return ours, theirs


def _unused_folder() -> Path:
    """Choose a name only, so that an interrupt while the folder is made still knows what to remove."""
    return Path(tempfile.gettempdir(), f"kata-{secrets.token_hex(8)}")


def _clean_environment(folder: str, *, cuda: bool) -> dict[str, str]:
    # Blocking, a kernel that fails does so at the line that launched it.
    card = {"CUDA_LAUNCH_BLOCKING": "1"} if cuda else {"CUDA_VISIBLE_DEVICES": ""}
    kept = ["LD_LIBRARY_PATH", "SYSTEMROOT", *(["CUDA_VISIBLE_DEVICES", "CUDA_HOME"] if cuda else [])]
    return {
        **card,
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # to ask whether there is a card leaves the driver itself alone
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "USER": "student",  # some versions of torch ask for it, and where there is no /etc/passwd nobody else can say
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # cuBLAS asks for this to be repeatable
        "PYTHONMALLOC": "malloc",  # so that the next line holds for Python's own objects too
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # fewer, larger pages: a fork copies a table of them
    }
