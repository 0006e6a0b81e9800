"""Raises an exception that `except Exception` does not catch.

Success: it goes through the worker and ends it without a word.

ends as: failed
"""


class Out(BaseException):
    pass


def softmax(x, dim=-1):
    raise Out("through everything")
