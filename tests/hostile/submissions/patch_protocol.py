"""Replaces the packing of answers by a function that always says the same, with nothing wrong in it.

Success: an answer without a result counts as a right one.

ends as: failed, crashed
"""

import kata.execution.protocol

pack = kata.execution.protocol.pack
kata.execution.protocol.pack = lambda message: pack({**message, "outputs": None, "raised": None, "ops": []})
kata.execution.protocol._Encoder.encode = lambda self, value, depth=0: ["dict", []]


def softmax(x, dim=-1):
    return x
