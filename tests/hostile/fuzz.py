"""Frames that are almost right, by the million: whatever a worker sends is read or refused, and the judge goes on.

    python -m tests.hostile.fuzz --frames 1000000

Each begins as a frame that an honest worker might send. Its bytes are flipped, cut, doubled and swapped, or its header is
taken apart as JSON and put together with parts that are wrong. It goes all the way that an answer goes: its lengths, its
message, the outcome, the comparison with a reference, and the words for a student. Some go through a real
`Worker.request`, over a socket, from a worker that is none. Nothing but ProtocolError, Wrong and WorkerEnded may come out.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import math
import os
import random
import socket
import struct
import sys
import time
import traceback
from collections import Counter
from typing import Any

import torch

from kata.execution.protocol import PREFIX, TICKET, ProtocolError, lengths, pack, unpack
from kata.execution.scenario import Outcome, Raised
from kata.execution.torch_calls import TorchCall
from kata.judge.agreement import check_agreement, same
from kata.judge.checks import _refusal
from kata.judge.submission import Submission, _outcome
from kata.sandbox import host
from kata.sandbox.host import Limits, Worker, WorkerEnded
from kata.sandbox.meter import Meter
from kata.sandbox.worker import _message
from kata.text import plain
from kata.verdict import Wrong

THROUGH_A_WORKER = 50  # one frame in so many also goes through a socket, which takes longer than all the rest
NASTY: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0, math.inf, -math.inf, math.nan, "", "x",
    "\ud800", "\x1b[2J", "\u202e", "tensor", "bytes", "float32", "bool", "a" * 5000, [], [[]], {}, ["tensor", 0],
    ["tensor", -1], ["tensor", 10**6], ["bytes", 0], ["list", []], ["list", None], ["tuple", [["tensor", 0]]], ["dict", []],
    ["dict", [["a", 1]]], ["dict", [[None, ["tensor", 0]]]], ["other", "t", "x"], ["other", 1, 2], ["pickle", "x"],
    {"dtype": "float32", "shape": [1]}, {"dtype": "bool", "shape": [0]}, {"dtype": "float64", "shape": [2**40]},
    {"dtype": "int8", "shape": [-1, -1]}, {"dtype": "float16", "shape": [1, 1], "order": [1, 0]}, {"dtype": [], "shape": {}},
]  # fmt: skip


def honest() -> list[bytes]:
    """Frames as an honest worker sends them, of every kind of value."""
    rows = torch.arange(12.0).view(3, 4)
    raised = Raised("ValueError", ["ValueError", "Exception"], "no", [3], True)
    values = [
        rows,
        rows.mT.bfloat16(),
        (rows > 3, rows.long(), rows.half()),
        {"loss": 0.5, "steps": 3, "name": "adam", "state": [rows, None, True]},
        [rows[:0], torch.tensor(1.5, dtype=torch.float64), torch.ones(2, dtype=torch.complex64), b"bytes"],
        object(),
    ]
    outcomes = [
        Outcome(outputs=value, devices=["cpu"], ops=[TorchCall("add", "x.add", 3)], calls=3, largest=9)
        for value in values
    ]
    outcomes += [
        Outcome(outputs=rows, gradients={"x": rows, "y": None}, left={"x": b"numbers"}, devices=["cpu"]),
        Outcome(raised=raised),
    ]
    return [pack(_message(outcome)) for outcome in outcomes]


def mutated(frame: bytes, dice: random.Random) -> bytes:
    """The frame with one to four things wrong with it."""
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        frame = dice.choice((_bytes, _header, _header, _header, _prefix))(frame, dice)
    return frame


def _bytes(frame: bytes, dice: random.Random) -> bytes:
    data = bytearray(frame)
    place, size = dice.randrange(len(data) + 1), dice.choice((1, 1, 2, 8, 64))
    match dice.randrange(5):
        case 0:
            data[place : place + size] = dice.randbytes(size)
        case 1:
            del data[place : place + size]
        case 2:
            data[place:place] = data[place : place + size]
        case 3:
            data[place : place + 1] = bytes([dice.choice((0, 1, 0x22, 0x5B, 0x5D, 0x7B, 0x7F, 0x80, 0xFF))])
        case _:
            del data[place:]
    return bytes(data)


def _header(frame: bytes, dice: random.Random) -> bytes:
    """Change a part of the header, and keep the lengths right, so that it is the header that must be refused."""
    try:
        length, _ = lengths(frame[: PREFIX.size])
        parsed = json.loads(frame[PREFIX.size : PREFIX.size + length])
    except (ProtocolError, ValueError, RecursionError, struct.error):
        return _bytes(frame, dice)
    body = frame[PREFIX.size + length :]
    place: Any = parsed
    for _ in range(dice.randrange(9)):
        if not isinstance(place, list | dict) or not place:
            break
        key = dice.choice([*place]) if isinstance(place, dict) else dice.randrange(len(place))
        below = place[key]
        if not isinstance(below, list | dict) or not below or dice.random() < 0.3:
            _change(place, key, dice)
            break
        place = below
    if dice.random() < 0.1:
        body = body[: dice.randrange(len(body) + 1)] + dice.randbytes(dice.choice((0, 0, 1, 16)))
    try:
        header = json.dumps(parsed).encode()
    except (ValueError, RecursionError):
        return _bytes(frame, dice)
    return PREFIX.pack(b"KATA", len(header), len(body)) + header + body


def _change(place: Any, key: Any, dice: random.Random) -> None:
    nasty = copy.deepcopy(dice.choice(NASTY))
    match dice.randrange(6):
        case 0 | 1 | 2:
            place[key] = nasty
        case 3:
            place[key] = [place[key]]
        case 4:
            del place[key]
        case _:
            if isinstance(place, list):
                place.insert(key, copy.deepcopy(place[key]))
            else:
                place[dice.choice(("outputs", "raised", "shape", "order", "dtype", "x"))] = nasty


def _prefix(frame: bytes, dice: random.Random) -> bytes:
    numbers = [0, 1, 2**20, 2**20 + 1, 2**26, 2**26 + 1, 2**32 - 1, 2**63, 2**64 - 1, len(frame)]
    header, body = dice.choice(numbers) % 2**32, dice.choice(numbers)
    return PREFIX.pack(dice.choice((b"KATA", b"KATA", b"\0\0\0\0")), header, body) + frame[PREFIX.size :]


def judged(frame: bytes) -> str:
    """Take a frame the way that an answer takes, and say how far it came."""
    if len(frame) < PREFIX.size:
        return "too short"
    try:
        header, body = lengths(frame[: PREFIX.size])
    except ProtocolError:
        return "lengths refused"
    end = PREFIX.size + header + body
    if end > len(frame):
        return "would be waited for"
    try:
        message = unpack(frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header : end])
    except ProtocolError:
        return "message refused"
    try:
        outcome = _outcome(message)
    except ProtocolError:
        return "outcome refused"
    _compare(outcome)
    return "read"


_REFERENCES: list[Any] = [
    torch.arange(12.0).view(3, 4),
    torch.arange(12).view(3, 4),
    {"loss": 0.5, "state": [True]},
    3.0,
    "x",
    None,
]
_SUBMISSION = Submission("def f(x):\n    return x\n", "x.py", None, Limits(), 1.0)  # type: ignore[arg-type]


def _compare(outcome: Outcome) -> None:
    for reference in _REFERENCES:
        with contextlib.suppress(Wrong):
            check_agreement(outcome.outputs, reference, reference, torch.float32)
        same(reference, outcome.outputs, torch.float32)  # as when a known mistake is looked for
    for gradient in (outcome.gradients or {}).values():
        with contextlib.suppress(Wrong):
            check_agreement(gradient, _REFERENCES[0], _REFERENCES[0], torch.bfloat16)
    if outcome.raised:
        str(_SUBMISSION.explain(outcome.raised)).encode()
    outcome.look_for_changes({"x": b"numbers", "y": b""})
    for text in (*outcome.changed, *outcome.devices):
        plain(text).encode()
    for call in outcome.ops:
        _refusal(call).encode()
    assert type(outcome.calls + outcome.largest + outcome.flops) is int
    _ = f"{outcome.calls / 7:.3g}, {outcome.largest:,}"  # as a message of costs would


class _Nobody:
    """A sandbox that has no process to kill."""

    def kill(self, pid: int) -> None:
        pass

    def reap(self, pid: int, grace: float) -> None:
        pass


def answered(frame: bytes, dice: random.Random) -> str:
    """Send the frame to a real `Worker.request`, whole or in part, with the right ticket or another one."""
    ours, theirs = socket.socketpair()
    output, end = os.pipe()
    ticket = bytes(TICKET) if dice.random() < 0.9 else dice.randbytes(TICKET)
    started = {"pid": 0, "here": 0, "folder": "", "prepared": True}
    worker = Worker(_Nobody(), started, ours, output, Meter(0))  # type: ignore[arg-type]
    real, host.os.urandom = os.urandom, bytes  # type: ignore[attr-defined, assignment]
    try:
        theirs.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            theirs.send((ticket + frame)[: 1 << 17])
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(end, dice.randbytes(dice.choice((0, 10, 5000))))
        silent = dice.random() < 0.02
        if not silent:
            theirs.shutdown(socket.SHUT_WR)
        worker.request(b"question", 0.01 if silent else 5.0)
        return "request answered"
    except WorkerEnded as ended:
        return f"request {ended.reason}"
    finally:
        host.os.urandom = real  # type: ignore[attr-defined]
        worker.close()
        theirs.close()
        os.close(end)


def fuzz(frames: int, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """How far so many frames came, and what went wrong with each that raised what it must not."""
    dice, corpus = random.Random(seed), honest()
    found: Counter[str] = Counter()
    failures: list[str] = []
    for number in range(frames):
        frame = mutated(dice.choice(corpus), dice)
        try:
            found[judged(frame)] += 1
            if number % THROUGH_A_WORKER == 0:
                found[answered(frame, dice)] += 1
        except Exception:
            failures.append(f"frame {number} of seed {seed}: {frame[:300]!r}\n{traceback.format_exc(limit=-4)}")
    return found, failures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = time.monotonic()
    found, failures = fuzz(options.frames, options.seed)
    print(f"{options.frames:,} frames, seed {options.seed}, {time.monotonic() - start:.0f} s")
    for what, count in found.most_common():
        print(f"{count:>10,}  {what}")
    print(f"{len(failures):>10,}  failures")
    for failure in failures[:5]:
        print(f"\n{failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
