"""Is written in bytes that are odd: a null in a text, form feeds, a byte order mark, other line ends.

Success: the judge and the worker count its lines in two ways.

ends as: failed
"""

TEXT = "\x0c\x1c\u2028"


def softmax(x, dim=-1):
    raise ValueError(TEXT)
