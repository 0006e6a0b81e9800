"""Prints as much as is let and raises an exception with a message of 50 MB, of one line and of millions.

Success: the verdict is as large, in every report.
"""


def softmax(x, dim=-1):
    print("x" * 5_000_000)
    raise ValueError(("y" * 1000 if x.shape[0] == 4 else "\n") * 50_000)
