"""Leaves files, closed folders, links to elsewhere, pipes and a socket's name behind, under names that no tidying expects.

Success: they stay, or tidying follows the links and removes what they lead to.
"""

import os

EXPECT = "passes, but gains nothing"

for number, name in enumerate(["-rf", " ", "\n", "*", "a b", "\x7f", "\udcff", "x" * 255, ".hidden"]):
    os.mkdir(name)
    open(os.path.join(name, "file"), "w").close()
    os.symlink("@WRITABLE@", os.path.join(name, "link"))
    os.symlink("@HOME@", f"link{number}")
    os.mkfifo(f"pipe{number}")
    os.mkdir(os.path.join(name, "closed"), 0)
    os.chmod(name, 0o000)
open("immortal", "w").close()
os.chmod("immortal", 0o4777)


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
