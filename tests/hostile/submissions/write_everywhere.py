"""Makes a file in every place that comes to mind: the course, the home, /tmp, the libraries, start-up files of Python.

Success: one such file is made, and with luck run by somebody else.

holds at: full, restricted
"""

import os
import sys
import sysconfig

import torch

import kata

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


folders = ["@COURSE@", "@COURSE@/exercises/01_tensors", "@COURSE@/solutions/01_tensors", "@REPO@", "@HOME@", "@WRITABLE@",
           "/", "/tmp", "/var/tmp", "/dev/shm", "/dev", "/run", "/etc", "/etc/cron.d", "/usr/lib", "/usr/local/lib", "/proc",
           "/proc/self", "/sys", "/root", "/home", "..", "../..", os.path.dirname(os.__file__), os.path.dirname(torch.__file__),
           os.path.dirname(kata.__file__), sysconfig.get_paths()["purelib"], sys.prefix, sys.base_prefix]  # fmt: skip
for folder in folders:
    for name in ("@MARK@", "@MARK@.pth"):
        tried(f"{folder}/{name}", lambda: open(os.path.join(folder, name), "x").write("import sys\n"))
    tried(f"{folder} a folder", lambda: os.mkdir(os.path.join(folder, "@MARK@.folder")))
    tried(f"{folder} a link", lambda: os.symlink("/etc/passwd", os.path.join(folder, "@MARK@.link")))
    tried(f"{folder} a pipe", lambda: os.mkfifo(os.path.join(folder, "@MARK@.fifo")))
    tried(f"{folder} a nameless file", lambda: os.open(folder, os.O_TMPFILE | os.O_WRONLY))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
