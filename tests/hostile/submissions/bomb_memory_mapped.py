"""Maps anonymous memory, shared and private, piece by piece, and touches it.

Success: memory that is shared, or not on the heap, counts towards no limit.

ends as: out_of_memory, failed, timed_out
"""

import mmap


def softmax(x, dim=-1):
    kept = []
    for number in range(64):
        flags = mmap.MAP_ANONYMOUS | (mmap.MAP_SHARED if number % 2 else mmap.MAP_PRIVATE)
        kept.append(mmap.mmap(-1, 256 << 20, flags=flags))
        for place in range(0, 256 << 20, 4096):
            kept[-1][place] = 1
