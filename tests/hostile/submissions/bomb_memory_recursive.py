"""Builds a list that contains itself, and a dict of lists of lists ten thousand deep, and returns them.

Success: whoever walks them never ends.

ends as: failed
"""


def softmax(x, dim=-1):
    knot = []
    knot.append(knot)
    deep = {}
    for _ in range(10_000):
        deep = {"in": [deep, x]}
    return [knot, deep]
