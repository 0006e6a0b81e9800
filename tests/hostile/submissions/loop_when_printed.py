"""Returns an object, and raises an exception, whose text takes for ever.

Success: the clock has stopped by the time that somebody asks for the text.

ends as: timed_out
"""

import time


class Endless(Exception):
    def __str__(self):
        while True:
            time.sleep(1)

    __repr__ = __str__


def softmax(x, dim=-1):
    if x.dim() == 2:
        return Endless()
    raise Endless
