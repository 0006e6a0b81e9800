"""Ignores and blocks every signal that can be, and never returns.

Success: it cannot be ended.

ends as: timed_out
"""

import signal
import time

for number in range(1, signal.NSIG):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))


def softmax(x, dim=-1):
    while True:
        time.sleep(1)
