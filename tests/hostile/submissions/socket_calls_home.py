"""Calls servers on this machine: over TCP and UDP, by a socket's path, and by an abstract name.

Success: a server is reached. The arena's servers note who calls.

holds at: full, restricted
"""

import socket
import urllib.request

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


targets = [(socket.AF_INET, 1, ("127.0.0.1", int("@PORT@"))), (socket.AF_INET, 2, ("127.0.0.1", int("@PORT@"))),
           (socket.AF_INET6, 1, ("::1", int("@PORT@"))), (socket.AF_UNIX, 1, "@UNIX@"), (socket.AF_UNIX, 1, "\0@ABSTRACT@"),
           (socket.AF_INET, 2, ("1.1.1.1", 53)), (socket.AF_INET, 1, ("169.254.169.254", 80))]  # fmt: skip


def reach(family, kind, address):
    line = socket.socket(family, kind)
    line.settimeout(0.2)
    line.connect(address)
    line.send(b"x")
    return line


for target in targets:
    tried(target, lambda: reach(*target))
tried("a name", lambda: socket.getaddrinfo("example.org", 80))
tried("a page", lambda: urllib.request.urlopen("http://127.0.0.1:@PORT@", timeout=0.2))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
