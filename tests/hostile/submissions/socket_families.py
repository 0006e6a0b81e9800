"""Makes a socket of every family and type there is, and pairs of them.

Success: one is made.

holds at: full, restricted
"""

import socket

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


for family in range(46):
    for kind in (1, 2, 3, 5, 10):
        tried(f"family {family} type {kind}", lambda: socket.socket(family, kind))
    tried(f"a pair of family {family}", lambda: socket.socketpair(family, 1))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
