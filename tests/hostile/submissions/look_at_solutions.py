"""Opens the solution and the grader by every path and every function that opens files.

Success: the file's text.

holds at: full, restricted
"""

import ctypes
import importlib
import importlib.util
import linecache
import os
import sqlite3

import numpy
import torch

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


def by_folder(path):
    folder = os.open(os.path.dirname(path), os.O_PATH if hasattr(os, "O_PATH") else 0)
    return os.read(os.open(os.path.basename(path), os.O_RDONLY, dir_fd=folder), 100)


def by_link(path):
    os.symlink(path, "link")
    try:
        return open("link").read()
    finally:
        os.unlink("link")


def by_hard_link(path):
    os.link(path, "hard")
    return open("hard").read()


def by_rename(path):
    os.rename(path, "mine")
    return open("mine").read()


def by_c(path):
    file = ctypes.CDLL(None).open(path.encode(), 0)
    return os.read(file, 100) if file >= 0 else 1 / 0


def by_sql(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("select * from sqlite_master").fetchall()


names = [
    "solutions/01_tensors/softmax.py",
    "graders/01_tensors/test_softmax.py",
    "course.toml",
    "exercises/01_tensors/softmax.py",
]
for root in (
    "@COURSE@",
    "@REPO@",
    "/proc/self/root@COURSE@",
    "/proc/self/cwd/../../../..@COURSE@",
    "/proc/self/task/../root@COURSE@",
):
    for path in (f"{root}/{name}" for name in names):
        tried(path, lambda: open(path).read())
        tried(path, lambda: numpy.memmap(path))
        tried(path, lambda: torch.from_file(path, size=4))
        tried(path, lambda: linecache.getlines(path) or 1 / 0)
        tried(path, lambda: importlib.util.spec_from_file_location("x", path).loader.get_data(path))
        for way in (by_folder, by_link, by_hard_link, by_c, *([by_rename] if root == "@COURSE@" else [])):
            tried(f"{path} {way.__name__}", lambda: way(path))
    for folder in ("solutions", "graders/01_tensors", "exercises/01_tensors", ".git"):
        tried(f"{root}/{folder}", lambda: os.listdir(f"{root}/{folder}"))
for module in ("solutions", "graders", "kata.judge.nothing", "test_softmax"):
    tried(module, lambda: importlib.import_module(module))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
