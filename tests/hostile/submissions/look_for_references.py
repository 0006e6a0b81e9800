"""Searches every object of its process for the reference, the grader's cases, hints and mistakes, and the run's seed.

Success: it finds one, and with it the answers.
"""

import gc
import linecache
import sys

EXPECT = "passes, but gains nothing"

wanted = "@NEKOT@"[::-1]
for thing in gc.get_objects():
    name = type(thing).__name__
    if name in ("Case", "Variant", "Reference", "Expected", "Trial", "Session", "Grading", "Judging"):
        print("PWNED", name)
    if isinstance(thing, dict) and {"MISTAKES", "CASES", "ALSO_RIGHT"} & {key for key in thing if isinstance(key, str)}:
        print("PWNED a grader")
for name, value in [*sys.modules.items(), *linecache.cache.items()]:
    if name != __name__ and wanted in str(getattr(value, "__dict__", value)):
        print("PWNED the token in", name)
loaded = {"kata.judge", "kata.judge.reference", "kata.judge.agreement", "kata.course.solution", "pytest"} & set(
    sys.modules
)
if loaded:
    print("PWNED", loaded)


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
