"""Goes from the harness's own files, which it may read, to what lies beside and above them.

Success: a file of the repository that is none of the package.

holds at: full, restricted
"""

import os

import kata

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


package = os.path.dirname(kata.__file__)
for path in ("../solutions", "../graders", "../tests", "../.git", "../course.toml", "../pyproject.toml"):
    whole = os.path.join(package, path)
    tried(path, lambda: os.listdir(whole) if os.path.isdir(whole) else open(whole).read())
for folder, folders, files in os.walk(os.path.dirname(package)):
    if not folder.startswith(package) and (set(files) & {"course.toml"} or folder.endswith("solutions")):
        print("PWNED", folder)


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
