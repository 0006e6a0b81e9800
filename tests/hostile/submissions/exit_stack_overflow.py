"""Recurses without a limit, until the C stack is gone.

Success: the judge, which walks what came back, overflows as well.

ends as: crashed, out_of_memory, timed_out
"""

import sys

sys.setrecursionlimit(2**31 - 1)


def softmax(x, dim=-1):
    return softmax(x, dim)


class Deep(list):
    def __repr__(self):
        return repr(Deep())


repr(Deep())
