"""The worker's program: read a request, run the submission, send the outcome. The judge trusts nothing of it."""

from __future__ import annotations

import contextlib
import linecache
import os
import pickle
import select
import sys
from dataclasses import asdict
from functools import partial
from types import ModuleType
from typing import Any

import cloudpickle
import torch

from kata.execution import protocol
from kata.execution.nested import map_tensors
from kata.execution.scenario import Implementation, Outcome, describe, execute

MODULE = "submission"
USUAL = """
import math
import torch
layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
def f(x):
    exps = (x - x.amax(-1, keepdim=True).masked_fill(x.isinf(), 0.0)).exp()
    return layer(exps / exps.sum(-1, keepdim=True))
"""
AHEAD_SECONDS = 0.1  # without a request: this worker waits for a save, and is not one in a row of gradings
FRAMES = 3  # the descriptor that leads to the judge: the only one but for standard input, output and error


def warm_up(*, backward: bool) -> None:
    """Run once what nearly every worker runs: in the zygote, or in a worker with time to spare; `backward` adds
    gradients.
    """
    submission = Served()
    submission.answer({"op": "load", "source": USUAL, "file": "warm_up.py"})
    request = {
        "op": "run",
        "scenario": cloudpickle.dumps(lambda impl, x: impl.f(x)),  # by value, as a grader's
        "inputs": {"x": torch.ones(2, 3, 8)},
        "device": "cpu",
        "seed": 0,
        "cotangents": [torch.ones(2, 3, 8)] if backward else None,
        "observe": "costs",
        "earlier": [],
    }
    frame = submission.answer(request)
    header, _ = protocol.lengths(frame[: protocol.PREFIX.size])
    start = protocol.PREFIX.size
    answer = protocol.unpack(frame[start : start + header], frame[start + header :])
    if answer["raised"]:
        raise RuntimeError(f"torch does not work in it: {answer['raised']['type']}: {answer['raised']['message']}")
    del sys.modules[MODULE]


class Served:
    """The submission that this process serves, once it is loaded."""

    def __init__(self) -> None:
        self.ready = Outcome()
        self.file = ""
        self.module = ModuleType(MODULE)
        self.scenarios: dict[bytes, Any] = {}

    def open_card(self, memory: int) -> None:
        """Open CUDA and cuBLAS, which takes longer than a test may; leave this process `memory` bytes on the card."""
        try:
            whole = torch.cuda.get_device_properties(0).total_memory
            torch.cuda.set_per_process_memory_fraction(min(1.0, memory / whole))
            ones = torch.ones(2, 2, device="cuda", requires_grad=True)
            torch.autograd.grad((ones @ ones).sum(), ones)
            torch.cuda.synchronize()
        except Exception as error:
            self.ready = Outcome(raised=describe(error, ""))

    def answer_all(self) -> None:
        """Answer requests until the judge hangs up. Ends the process."""
        if not select.select([FRAMES], [], [], AHEAD_SECONDS)[0]:
            with contextlib.suppress(Exception):  # nothing depends on it
                # A fork leaves the pages of libraries, and those that are written to, to whoever first needs them.
                warm_up(backward=False)
        while True:
            ticket = _read(FRAMES, protocol.TICKET)
            header, body = protocol.lengths(bytes(_read(FRAMES, protocol.PREFIX.size)))
            answer = self.answer(protocol.unpack(bytes(_read(FRAMES, header)), _read(FRAMES, body)))
            _flush()
            with contextlib.suppress(OSError):  # closed
                os.write(1, ticket)  # so that the judge knows what was printed for which answer
            _write(FRAMES, bytes(ticket) + answer)

    def answer(self, request: dict[str, Any]) -> bytes:
        match request["op"]:
            case "ready":
                outcome = self.ready
            case "load":
                outcome = self._load(request)
            case _:
                outcome = self._run(request)
        try:
            return protocol.pack(_message(outcome))
        except Exception as error:  # a result too large to send, or one that breaks when looked at
            return protocol.pack(_message(Outcome(raised=describe(error, self.file))))

    def _load(self, request: dict[str, Any]) -> Outcome:
        self.file, source = request["file"], request["source"]
        self.module.__file__ = self.file
        sys.modules[MODULE] = self.module
        linecache.cache[self.file] = (len(source), None, [f"{line}\n" for line in source.split("\n")], self.file)
        try:
            exec(compile(source, self.file, "exec"), self.module.__dict__)  # noqa: S102 - this is what we are here for
        except BaseException as error:
            return Outcome(raised=describe(error, self.file))
        return Outcome()

    def _run(self, request: dict[str, Any]) -> Outcome:
        pickled = request["scenario"]
        if pickled not in self.scenarios:
            self.scenarios[pickled] = pickle.loads(pickled)
        try:
            move = partial(torch.Tensor.to, device=request["device"])
            inputs, earlier = map_tensors(move, (request["inputs"], request["earlier"]))
        except Exception as error:  # the card is full, or lost
            return Outcome(raised=describe(error, self.file))
        return execute(
            Implementation(self.module),
            self.scenarios[pickled],
            inputs,
            seed=request["seed"],
            cotangents=request["cotangents"],
            observe=request["observe"],
            file=self.file,
            earlier=earlier,
            over=_say_that_another_call_begins,
        )


def _message(outcome: Outcome) -> dict[str, Any]:
    message = dict(vars(outcome))
    del message["changed"]  # the judge has the inputs, and sees for itself
    message["raised"] = asdict(outcome.raised) if outcome.raised else None
    return message


def _read(fd: int, size: int) -> bytearray:
    data = bytearray()
    while len(data) < size:
        part = os.read(fd, min(size - len(data), 1 << 20))
        if not part:
            os._exit(0)
        data += part
    return data


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _say_that_another_call_begins() -> None:
    _flush()
    with contextlib.suppress(OSError):  # closed
        os.write(1, protocol.ANOTHER_CALL)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # a student may have replaced or closed it
            stream.flush()
