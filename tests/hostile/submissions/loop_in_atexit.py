"""Hangs in a function that runs at the interpreter's end.

Success: its process is never reaped.

ends as: timed_out
"""

import atexit
import time

atexit.register(time.sleep, 3600)


def softmax(x, dim=-1):
    atexit._run_exitfuncs()
