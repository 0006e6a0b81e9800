"""Compiles code under its own file's name with line numbers that the file does not have, and syntax errors beyond its end.

Success: the judge looks up a line that is not there, or shows one of another file.

ends as: failed, crashed
"""

import sys

here = sys._getframe().f_code.co_filename
if "x" in here:
    code = compile("\n" * 60_000 + "def far(x):\n    raise ValueError(x)", here, "exec")
    names = {}
    exec(code, names)


def softmax(x, dim=-1):
    if x.shape[0] == 4:
        names["far"](x.shape)
    error = SyntaxError("no")
    error.filename, error.lineno, error.msg = here, -(10**9) if x.dim() == 2 else "7", ["no text"]
    raise error
