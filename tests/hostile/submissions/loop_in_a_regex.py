"""Matches a regular expression that takes time exponential in the text.

Success: it cannot be interrupted, and is waited for.

ends as: timed_out
"""

import re


def softmax(x, dim=-1):
    return re.match("(a+)+$", "a" * 60 + "b")
