"""Spends hours within one call of a C function, where Python's own signals are not heard.

Success: it cannot be interrupted, and is waited for.

ends as: timed_out, out_of_memory
"""


def softmax(x, dim=-1):
    return pow(3, 10**10)
