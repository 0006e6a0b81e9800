"""Prints, raises and returns halves of characters, which no encoding can write.

Success: the report fails when it is written, and nobody gets a grade.

ends as: failed
"""

import sys

HALF = "\ud800 half \udfff\udc80"


class Odd(Exception):
    def __str__(self):
        return HALF


def softmax(x, dim=-1):
    sys.stdout.reconfigure(errors="surrogatepass")
    print(HALF)
    if x.shape[0] == 4:
        return {HALF: HALF}
    raise Odd(HALF)
