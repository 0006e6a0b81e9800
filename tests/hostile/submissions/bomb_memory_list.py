"""Asks for a list of 60 thousand million entries.

Success: the machine runs out of memory.

ends as: out_of_memory
"""


def softmax(x, dim=-1):
    return [0] * (60 * 2**30)
