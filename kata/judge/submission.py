"""Submissions as the judge sees them: callable, in a process of their own, free to do anything but lie to us."""

from __future__ import annotations

import contextlib
import math
import os
import re
import signal
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from torch import Tensor

from kata.errors import JudgeError
from kata.execution.protocol import ProtocolError, pack, unpack
from kata.execution.scenario import (
    Outcome,
    Raised,
    execute_here,
    on_the_cpu_first,
)
from kata.execution.torch_calls import TorchCall
from kata.judge.reference import load_module
from kata.judge.trial import Request
from kata.sandbox.host import WALL_TIMES, Limits, Sandbox, Worker, WorkerEnded
from kata.text import plain
from kata.verdict import OUT_OF_BUDGET, UNREAD, Wrong

# All of these are seconds of the submission's own, by the kernel's count: not those in which others had the processor.
LOAD_SECONDS = 5.0  # for all imports of one file: it may import a large library
REST_SECONDS = 2.0  # of them asleep in one go: a right answer may wait once
LEAST_REST_SECONDS = 0.2  # the same for one that has slept in vain before
FORGET_SECONDS = 0.25  # for answers that a wrong one has made needless: more would eat up the time of the tests to come
OWN_TESTS = 0.75  # each exercise has this many tests' worth of time for itself, whatever the others take
COMMON_SECONDS = 15.0  # and a submission has these for all that need more: so no hostile one holds up a class for long
# Seconds of the judge's own processor that it spends on the answers of an exercise, where a right one takes 0.1; and on
# those of all exercises of a submission beyond that. What was made to be long is not read on.
OWN_READING = 0.5
COMMON_READING = 3.0
ENDLESS_TESTS = 3  # an exercise stops after this many tests that never came to an end: the others would say no more
READY_SECONDS = 60.0  # for a fresh worker: milliseconds, but half a second with a card, ten where its driver sleeps
LONGEST_NAME = 200  # of a function of torch's
# What the worker says of a submission in our own words, and nobody else's: an exception may be named like ours.
_MISSING = re.compile(
    r"`\w+` is not defined in the file"
    r"|the parameter `[\w.]+` of `\w+`(?:,| is) [^\n]{1,2000}"
    r"|`\w+` has no parameter `[\w.]+`; it has [^\n]{1,2000}"
)
_RELATIVE = re.compile("no known parent package")  # an import from beside the file
_TOO_LARGE = re.compile(r"the result (holds|has a description of) more than \d+ MiB")

_CALL = re.compile(r'File "([^"\n]*)", line (\d{1,6})')
_COMPILER = re.compile(r'File "[^"]*/torch/_(?:dynamo|inductor|functorch/_aot)')
_ARE_YOU_READY = pack({"op": "ready"})


class Purse:
    """The time that the exercises of one submission share, beyond what each has for itself."""

    def __init__(self) -> None:
        self.left = COMMON_SECONDS
        self.reading = COMMON_READING  # of the judge's


class Submission:
    """A student's file for one exercise. Each worker serves until it ends; the next call gets a fresh one."""

    def __init__(
        self,
        source: str,
        file: str,
        sandbox: Sandbox,
        limits: Limits,
        seconds: float,
        unread: Wrong | None = None,
        purse: Purse | None = None,
    ):
        self.source = source
        self.file = file
        self.printed = ""
        self._sandbox = sandbox
        self._limits = limits
        self._seconds = seconds
        self._own = OWN_TESTS * seconds
        self._purse = purse or Purse()
        self._reading = OWN_READING
        self._left = seconds
        self._load_left = LOAD_SECONDS
        self._rest = math.inf if sandbox and sandbox.cuda else REST_SECONDS  # a thread sleeps while the card works
        self._endless = 0
        self._worker: Worker | None = None
        self._charged = 0.0  # of what the worker has spent
        self._asked: Worker | None = None  # of late
        self._does_not_load = unread

    def new_test(self) -> None:
        """Start the clock of the next test."""
        self._charge()  # what came before is not on it
        self._left = min(self._seconds, self._available)

    def run(self, requests: Iterable[Request]) -> Generator[Outcome, None, None]:
        """Run scenarios on the submission, one after the other. While one is looked at, the next is under way.

        Raises:
            Wrong: the file does not import, or the run was ended: out of time, crashed, too much printed.
        """
        if self._left <= 0 or self._endless >= ENDLESS_TESTS:
            raise Wrong(OUT_OF_BUDGET, "timed_out")
        if self.unread:
            raise Wrong(UNREAD, "crashed")
        asked: deque[Request] = deque()
        worker = self._loaded()
        try:
            for request in requests:
                worker.send(request.frame)
                asked.append(request)
            while worker is self._worker and worker.unanswered:
                try:
                    outcome = self._answer(worker)
                except UnpreparedError:
                    worker = self._begin_again(asked)
                    outcome = self._answer(worker)
                with self.reading():
                    outcome.look_for_changes(asked.popleft().before)
                    yield outcome
        finally:
            self._forget_answers(worker)

    @property
    def unread(self) -> bool:
        """True once its answers took the judge so long that no more are read."""
        return self._reading + self._purse.reading <= 0

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Charge what the judge spends on an answer meanwhile, by its own processor, to what it may spend."""
        start = time.process_time()
        try:
            yield
        finally:
            taken = time.process_time() - start
            own = min(self._reading, taken)
            self._reading -= own
            self._purse.reading -= taken - own

    @property
    def spent(self) -> float:
        """Seconds of its own that its present worker has taken, by the kernel's count."""
        return self._worker.spent if self._worker else 0.0

    @property
    def _available(self) -> float:
        return self._own + self._purse.left

    def _charge(self) -> float:
        """Charge the time spent since the last call, and return it."""
        taken, self._charged = max(0.0, self.spent - self._charged), self.spent
        own = min(self._own, taken)
        self._own -= own
        self._purse.left -= taken - own
        return taken

    def _answer(self, worker: Worker) -> Outcome:
        self._left -= self._charge()  # what it did while its last answer was looked at
        try:
            return self._receive(worker, self._left, self._rest)
        except Wrong as wrong:
            self._endless += wrong.status == "timed_out"
            raise
        finally:
            self._left -= self._charge()

    def _begin_again(self, asked: Iterable[Request]) -> Worker:
        """Put the same questions to a worker that has all of torch loaded: the earlier time was on torch's account."""
        worker = self._loaded()
        self._left = min(self._seconds, self._available)
        for request in asked:
            worker.send(request.frame)
        return worker

    def _forget_answers(self, worker: Worker) -> None:
        """Receive and drop the answers still due after a wrong one, so that the next test does not get them."""
        start = worker.spent
        with contextlib.suppress(Wrong, UnpreparedError):
            while worker is self._worker and worker.unanswered:
                if self.unread:
                    self.close()
                    break
                # Too late, and the next test gets a fresh worker.
                self._receive(worker, FORGET_SECONDS - (worker.spent - start), self._rest)
        self._charge()

    def close(self) -> None:
        if self._worker:
            self._charge()
            self._worker.close()
            self._keep_printed(self._worker)
            self._worker, self._charged = None, 0.0

    def forget(self) -> None:
        """Have the next run begin with the file as it is imported, whatever was kept of the runs so far."""
        self.close()

    def explain(self, raised: Raised) -> Wrong:
        """Explain an exception of the submission's in a verdict, with the student's own line beside it."""
        text = plain(raised.message).strip()
        match raised.type:
            case "NotImplementedError" if "raise NotImplementedError" in self._with_line(
                "", raised
            ):  # torch raises it, too
                return Wrong("not written yet", "not_started")
            case "MissingError" if _MISSING.fullmatch(text):  # only in our words: any class may have this name
                return Wrong(text)
            case "SystemExit" | "KeyboardInterrupt":
                ends = f"the code ends the program ({raised.type}); return a result instead"
                return Wrong(self._with_line(ends, raised), "crashed")
        if "MemoryError" in raised.bases or "OutOfMemoryError" in raised.bases or "can't allocate memory" in text:
            limit = f"{self._limits.memory >> 20} MiB"
            asks = f"asks for more memory than the {limit} it may have: {_first_line(text)}"
            return Wrong(self._with_line(asks, raised), "out_of_memory")
        if raised.type in ("InductorError", "BackendCompilerFailed"):
            return Wrong("torch.compile starts a compiler for C++, and no program can be started here; leave it out")
        if raised.type == "ProtocolError" and _TOO_LARGE.fullmatch(text):
            return Wrong(text)
        if raised.lost_the_card and raised.out_of_range:
            return Wrong(self._with_line("an index is out of range; `--device cpu` says which one", raised))
        if raised.type == "TypeError" and not raised.entered:
            return Wrong(f"cannot be called as the exercise says: {_first_line(text)}")
        return Wrong(self._with_line(f"raises {raised.type}: {_first_line(text)}", raised))

    def _loaded(self) -> Worker:
        if self._does_not_load:
            raise self._does_not_load
        if self._worker:
            return self._worker
        if self._load_left <= 0:
            raise Wrong("not run: to import the file anew after each crash used up the time for it", "timed_out")
        try:
            outcome = self._load()
        except UnpreparedError:
            outcome = self._load()
        if outcome.raised:
            self._does_not_load = self._broken(outcome.raised)
            self.close()
            raise self._does_not_load
        assert self._worker
        return self._worker

    def _load(self) -> Outcome:
        """Import the file in a fresh worker."""
        worker = self._sandbox.spawn(self._limits)
        load = pack({"op": "load", "source": self.source, "file": self.file})
        wait_until_ready(worker, load)
        self._worker, self._charged = worker, worker.spent
        try:
            return self._receive(worker, min(self._load_left, self._available), self._rest)
        except Wrong as wrong:
            self._does_not_load = Wrong(f"while the file is imported: {wrong}", wrong.status)
            raise self._does_not_load from None
        finally:
            self._load_left -= self._charge()

    def _broken(self, raised: Raised) -> Wrong:
        wrong = self.explain(raised)
        if wrong.status == "out_of_memory":
            return wrong
        fails = f"the file does not import: {raised.type}: {_first_line(plain(raised.message))}"
        said = self._with_line(fails, raised)
        if raised.type == "ModuleNotFoundError" or _RELATIVE.search(raised.message):
            said = f"{said}\nnothing but this file is graded; put what it needs from another of yours into it"
        return Wrong(said, "broken")

    @property
    def said(self) -> str:
        """The text that was printed for the last answer, or while none came."""
        return plain(self._asked.said.decode(errors="replace")) if self._asked else ""

    def _receive(self, worker: Worker, seconds: float, rest: float) -> Outcome:
        """Receive the next answer, which may take so long.

        Raises:
            Wrong: there is none.
            UnpreparedError: there is none because torch loaded more of itself meanwhile, as far as can be told.
        """
        self._asked = worker
        try:
            with self.reading():
                outcome = _outcome(unpack(*worker.receive(seconds, rest)))
            if outcome.raised and outcome.raised.lost_the_card:
                self.close()
            return outcome
        except WorkerEnded as end:
            if end.may_have_loaded and end.reason in ("timed_out", "overdue") and not self._limits.prepared:
                self._limits = replace(self._limits, prepared=True)
                self.close()
                raise UnpreparedError from None
            wrong = self._ended(end, rest if end.reason == "asleep" else seconds)
            if end.reason == "asleep":
                self._rest = LEAST_REST_SECONDS
        except ProtocolError:
            wrong = Wrong("the process sent something that is no result", "crashed")
        self.close()
        raise wrong

    def _ended(self, end: WorkerEnded, seconds: float) -> Wrong:
        """Explain a worker's end, with its last line if it told. It tells a number only: the text is the file's."""
        wrong = _ended(end, seconds)
        line = _innermost_line(self.file, end.trace)
        return Wrong(self._at(str(wrong), line), wrong.status) if line else wrong

    def _keep_printed(self, worker: Worker) -> None:
        self.printed = (self.printed + plain(worker.printed.decode(errors="replace")))[-4000:]

    def _with_line(self, said: str, raised: Raised) -> str:
        return self._at(said, raised.lines[-1]) if raised.lines else said

    def _at(self, said: str, number: int) -> str:
        lines = self.source.split("\n")  # as Python counts them: a form feed ends none
        text = plain(lines[number - 1]).strip() if 0 < number <= len(lines) else ""
        return f"{said} (line {number}: `{text[:120]}`)"


class InProcess(Submission):
    """A submission in the judge's own process: for a debugger, and for `make bench` to compare with. Not isolated."""

    def __init__(self, source: str, file: str):
        super().__init__(source, file, sandbox=None, limits=Limits(), seconds=0)  # type: ignore[arg-type]
        self._module = load_module(source, file)

    @property
    def spent(self) -> float:
        """Seconds of its own, as of a worker; here the judge's own time is in it."""
        return time.process_time()

    def run(self, requests: Iterable[Request]) -> Generator[Outcome, None, None]:
        for request in requests:
            yield on_the_cpu_first(
                partial(
                    execute_here,
                    self._module,
                    request.scenario,
                    seed=request.seed,
                    cotangents=request.cotangents,
                    observe=request.observe,
                    file=self.file,
                ),
                request.inputs,
                request.earlier,
            )

    def forget(self) -> None:
        self._module = load_module(self.source, self.file)


class UnpreparedError(Exception):
    """A timeout that torch may have caused, by loading more of itself at its first use."""


def _innermost_line(file: str, trace: str) -> int:
    """Find the line of the file that a worker was at, in its trace, innermost call first; 0 if that does not tell."""
    found = next((call for call in _CALL.finditer(trace) if call[1] == file), None)
    return int(found[2]) if found else 0


def _ended(end: WorkerEnded, seconds: float) -> Wrong:
    if end.reason in ("timed_out", "overdue") and _COMPILER.search(end.trace):
        return Wrong(f"torch.compile was not done within {seconds:.3g} s; leave it out here", "timed_out")
    if end.reason == "overdue":
        return Wrong(
            f"no result within {WALL_TIMES * seconds:.3g} s by the clock, for want of a processor or a disk; grade it again",
            "timed_out",
        )
    if end.reason == "timed_out":
        return Wrong(f"no result within {seconds:.3g} s; is there a loop that never ends?", "timed_out")
    if end.reason == "asleep":
        return Wrong(
            f"did nothing at all for {seconds:.3g} s, and so was ended: it sleeps, or waits for something that never comes; "
            "is there a time.sleep, a lock, or a thread or process that does not end?",
            "timed_out",
        )
    if end.reason == "flooded":
        return Wrong("stopped, since it prints without end; is there a print in a loop?", "crashed")
    if end.reason == "overused":
        return Wrong("stopped, since it makes more threads or files than any exercise needs, or larger ones", "crashed")
    if end.reason == "forged":
        return Wrong("the process sent something that is no result", "crashed")
    if end.reason == "hung_up":
        return Wrong("closed its line to the judge, and so can give no result", "crashed")
    if os.WIFSIGNALED(end.status):
        number = os.WTERMSIG(end.status)
        if number == signal.SIGXCPU:
            return Wrong("used up its processor time; is there a loop that never ends?", "timed_out")
        if number == signal.SIGKILL:
            return Wrong("was killed by the system, most likely for want of memory", "out_of_memory")
        name = signal.strsignal(number) or f"signal {number}"
        return Wrong(f"crashed the interpreter ({name})", "crashed")
    code = os.waitstatus_to_exitcode(end.status)
    return Wrong(f"ended the process (exit status {code}) instead of returning a result", "crashed")


def wait_until_ready(worker: Worker, *then: bytes) -> None:
    """Wait until the worker is ready: to fail before that is no fault of a submission's. `then` is asked right behind.

    Raises:
        JudgeError: the worker could not be shut in, or finds no card.
    """
    for question in (_ARE_YOU_READY, *then):
        worker.send(question)
    try:
        failed = _outcome(unpack(*worker.receive(READY_SECONDS, wall=READY_SECONDS))).raised
    except WorkerEnded as end:
        raise JudgeError(f"a worker ended before it was ready ({end.reason}). `kata doctor` says more.") from None
    if failed:
        worker.close()
        said = f"{failed.type}: {_first_line(failed.message)}"
        raise JudgeError(f"CUDA does not open in the sandbox: {said}. Try --device cpu.")


def _outcome(message: dict[str, Any]) -> Outcome:
    """Read a worker's answer, which may hold anything.

    Raises:
        ProtocolError: it is no outcome.
    """
    if set(message) != set(vars(Outcome())) - {"changed"}:
        raise ProtocolError("no outcome")
    left = message["left"]
    if not isinstance(left, dict) or not all(isinstance(data, bytes) for data in left.values()):
        raise ProtocolError("no inputs")
    if not _is_texts(message["devices"]):
        raise ProtocolError("no outcome")
    if not all(type(message[key]) is int for key in ("calls", "largest", "flops")):
        raise ProtocolError("no outcome")
    raised, gradients = message["raised"], message["gradients"]
    if raised is not None:
        raised = _raised(raised)
    if gradients is not None and not (
        isinstance(gradients, dict) and all(isinstance(g, Tensor | None) for g in gradients.values())
    ):
        raise ProtocolError("no gradients")
    return Outcome(**{**message, "raised": raised, "ops": _calls(message["ops"])})


def _raised(value: Any) -> Raised:
    if not isinstance(value, dict) or set(value) != set(Raised.__annotations__):
        raise ProtocolError("no exception")
    raised = Raised(**value)
    if isinstance(raised.type, str):
        raised.type = re.sub(r"[^\w.]+", "_", raised.type[:LONGEST_NAME])  # a class may be called anything
    sound = (
        isinstance(raised.type, str)
        and isinstance(raised.message, str)
        and isinstance(raised.entered, bool)
        and _is_texts(raised.bases)
        and isinstance(raised.lines, list)
        and all(type(line) is int for line in raised.lines)
    )
    if not sound:
        raise ProtocolError("no exception")
    return raised


def _calls(value: Any) -> list[TorchCall]:
    if not isinstance(value, list):
        raise ProtocolError("no calls of torch")
    for item in value:
        match item:
            case (str(), str(), int()):
                continue
        raise ProtocolError("no calls of torch")
    return [TorchCall(name[:LONGEST_NAME], written[:LONGEST_NAME], line) for name, written, line in value]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _first_line(text: str) -> str:
    """Write an exception's text in a line and without gaps: a verdict has its own lines and columns."""
    return " ".join(text.strip().partition("\n")[0].split())[:300]
