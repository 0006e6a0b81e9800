"""Prints and raises text whose direction turns, lines that end where no line ends, and invisible letters.

Success: the verdict reads otherwise than it is.

ends as: failed
"""

TEXT = "failed\u202edessap\u2066 \u061c\u200f\u2028score 10\u2029\ufff9hidden\ufffb\u0085next\x1c\ufeff\U000e0041"


def softmax(x, dim=-1):
    print(TEXT)
    raise ValueError(TEXT)
