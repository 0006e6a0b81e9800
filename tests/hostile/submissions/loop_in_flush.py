"""Puts a stream in place of standard output that hangs when it is flushed.

Success: the worker never sends its answer and is waited for.

ends as: timed_out
"""

import sys
import time


class Stream:
    def write(self, text):
        return len(text)

    def flush(self):
        while True:
            time.sleep(1)


sys.stdout = Stream()


def softmax(x, dim=-1):
    return x
