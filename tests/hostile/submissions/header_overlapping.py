"""Names one tensor a thousand times, and the body's end before its beginning.

Success: tensors share memory on the judge's side, or a part is counted twice.

ends as: crashed, failed
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


def softmax(x, dim=-1):
    value = ["list", [["tensor", 0]] * 1000 + [["tensor", -1], ["tensor", True]]]
    send(outcome(value, [{"dtype": "float32", "shape": [2]}]), bytes(8))
