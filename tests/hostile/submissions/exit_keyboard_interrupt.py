"""Raises what Ctrl-C raises.

Success: the judge believes that its user wants to stop, and stops.

ends as: crashed
"""


def softmax(x, dim=-1):
    raise KeyboardInterrupt
