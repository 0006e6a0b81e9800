"""Raises an exception group in an exception with a thousand causes and notes.

Success: describing it takes for ever, or more memory than there is.

ends as: failed
"""


def softmax(x, dim=-1):
    error = ValueError("first")
    for number in range(1000):
        try:
            raise RuntimeError(f"number {number}") from error
        except RuntimeError as caught:
            error = caught
            for _ in range(10):
                getattr(error, "add_note", str)("note" * 100)
    raise error
