"""Reads what /proc tells of its parent, of the judge, of a bystander and of all others.

Success: an environment, a command line, a memory, a descriptor or a folder of another process.

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


others = {os.getppid(), int("@JUDGE@"), int("@BYSTANDER@"), 1, 2} - {os.getpid(), 0}
for pid in others:
    for name in ("environ", "cmdline", "maps", "mem", "status", "io", "stack", "pagemap", "auxv", "syscall"):
        tried(f"{pid} {name}", lambda: open(f"/proc/{pid}/{name}", "rb").read(64) or 1 / 0)
    for name in ("fd", "task", "map_files", "root", "cwd", "ns", "fdinfo"):
        tried(f"{pid} {name}", lambda: os.listdir(f"/proc/{pid}/{name}"))
tried("all processes", lambda: [name for name in os.listdir("/proc") if name.isdigit()])


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
