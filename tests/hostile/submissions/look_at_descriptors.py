"""Tries every descriptor that it may have inherited, and what can be asked of the few it has.

Success: one beyond input, output, errors and the line to the judge, or anything to read from the input.

holds at: full, restricted
"""

import os

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


for number in range(4, 1024):
    tried(f"descriptor {number}", lambda: os.fstat(number))
tried("input", lambda: os.read(0, 1) or 1 / 0)
tried("terminal", lambda: os.ttyname(0))
tried("controlling terminal", lambda: os.open("/dev/tty", os.O_RDWR))
tried("foreground", lambda: os.tcgetpgrp(0))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
