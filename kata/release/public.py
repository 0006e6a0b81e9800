"""Leave out of a text what is between two marks: hidden tests of a grader, targets for authors of a Makefile."""

from __future__ import annotations

import re

from kata.errors import JudgeError

_MARKS = ("BEGIN", "END")
HIDDEN_TESTS, AUTHORS = "HIDDEN TESTS", "AUTHORS"


def without(text: str, what: str) -> str:
    """The text without what lies between `### BEGIN what` and `### END what`, as nbgrader marks it.

    Raises:
        JudgeError: a mark has no other that belongs to it.
    """
    begin, end = (rf"^[ \t]*### {mark} {what}\n" for mark in _MARKS)
    left = re.sub(f"{begin}.*?{end}", "", text, flags=re.MULTILINE | re.DOTALL)
    if re.search(f"{begin}|{end}", left, re.MULTILINE):
        raise JudgeError(f"one of `### BEGIN {what}` and `### END {what}` is without the other")
    return left
