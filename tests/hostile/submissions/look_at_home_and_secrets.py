"""Reads keys, passwords, histories, the user's home, the machine's secrets, and what other students handed in.

Success: any of these can be read.

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


paths = ["@SECRET@", "@HOME@/.ssh/id_ed25519", "@OTHER@", "/etc/passwd", "/etc/shadow", "/etc/hostname", "/etc/machine-id",
         "/etc/ssh/ssh_config", "/boot", "@HOME@", "@HOME@/.bash_history", "@HOME@/.ssh", "/dev/shm", "/run", "/var/tmp", "/var/log", "/var/mail", "/srv", "/mnt"]  # fmt: skip
for path in paths:
    tried(path, lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())
home = os.path.expanduser("~")
tried("a home of another", lambda: 1 / 0 if os.path.samefile(home, ".") else os.listdir(home))
tried("the folder of other workers", lambda: os.listdir("..") if os.getcwd() != "/scratch" else 1 / 0)
for name, value in os.environ.items():
    if "KEY" in name or "TOKEN" in name or "SECRET" in name or "@COURSE@" in value or "@REPO@" in value:
        print("PWNED", name)
with open("/proc/self/environ") as file:
    if "@COURSE@" in file.read():
        print("PWNED the first environment")


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
