"""Stops its own process, which then uses no time of the processor.

Success: a limit on that time never acts.

ends as: timed_out
"""

import os
import signal
import time


def softmax(x, dim=-1):
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        time.sleep(1)
