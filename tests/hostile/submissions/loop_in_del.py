"""Returns an object that never lets itself be thrown away.

Success: the worker, or the judge, hangs after the result.

ends as: timed_out
"""

import time


class Sticky:
    def __del__(self):
        while True:
            time.sleep(1)


def softmax(x, dim=-1):
    return Sticky()
