"""Opens shared memory, semaphores and queues of others by name, and makes its own.

Success: it reads the arena's, or leaves one behind.

holds at: restricted, full
"""

import multiprocessing
import multiprocessing.shared_memory
import os

import torch

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


tried("the arena's memory", lambda: open("@MEMORY@").read())
tried("the arena's memory, written", lambda: open("@MEMORY@", "r+").write("x"))
tried("all names", lambda: os.listdir("/dev/shm"))
tried("its own", lambda: multiprocessing.shared_memory.SharedMemory("@MARK@", create=True, size=64))
tried("a semaphore", lambda: multiprocessing.get_context("spawn").Semaphore())
tried("torch's", lambda: torch.ones(3).share_memory_())


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
