"""Raises GeneratorExit, and returns a generator where that is closed.

Success: the exception is swallowed by whoever closes the generator.

ends as: failed
"""


def softmax(x, dim=-1):
    def rows():
        yield x
        raise GeneratorExit

    numbers = rows()
    next(numbers)
    next(numbers)
