"""Sends operators, devices, argument and exception names full of escape codes, markup and line breaks, a megabyte long.

Success: they reach a terminal, a web page or a report as they are.
"""

import json
import os
import struct
import sys
import time

LINE = 3  # the descriptor that leads to the judge


def ticket():
    """The bytes that the answer to the present question must begin with, out of the worker's own frame."""
    frame = sys._getframe()
    while frame:
        if isinstance(frame.f_locals.get("ticket"), bytearray):
            return bytes(frame.f_locals["ticket"])
        frame = frame.f_back
    return b""


def write(data):
    while data:
        data = data[os.write(LINE, data) :]


def send(header, body=b""):
    """Answer the present question with this header, and end before the worker can."""
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    write(ticket() + struct.pack("<4sIQ", b"KATA", len(header), len(body)) + header + body)
    time.sleep(30)


def outcome(value, tensors=(), **fields):
    """A header that says what an honest worker would, with these fields changed."""
    given = {"outputs": value, "gradients": None, "left": ["dict", []], "devices": ["cpu"], "ops": [], "calls": 1,
             "largest": 1, "flops": 0, "raised": None, **fields}  # fmt: skip
    said = {"devices", "ops"} - set(fields)
    pairs = [[key, ["list", item] if key in said else item] for key, item in given.items()]
    return {"value": ["dict", pairs], "tensors": list(tensors)}


EVIL = "\x1b]0;owned\x07\x1b[2J[/red]<script>alert(1)</script>\r\n\u202e" + "softmax" * 3000


def softmax(x, dim=-1):
    tries = [
        {"ops": ["list", [["tuple", [EVIL, EVIL, 2**62]]]]},
        {"left": ["dict", [[EVIL, EVIL]]]},
        {"devices": ["list", [EVIL]]},
        {"outputs": ["other", EVIL, EVIL]},
        {"outputs": EVIL},
        {"outputs": ["dict", [[EVIL, EVIL]]]},
        {"raised": ["dict", [["type", EVIL], ["bases", ["list", [EVIL]]], ["message", EVIL], ["lines", ["list", [2**62, -1]]],
                             ["entered", True]]]},
    ]  # fmt: skip
    send(outcome(["tensor", 0], [{"dtype": str(x.dtype)[6:], "shape": list(x.shape)}], **tries[x.numel() % 7]),
         bytes(x.numel() * x.element_size()))  # fmt: skip
