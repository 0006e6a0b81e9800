"""`kata` and `python -m kata`."""

import sys

if __name__ == "__main__":
    # Last, not first: a learner's `random.py` beside the Makefile is none of ours.
    sys.path.append(sys.path.pop(0))

from kata.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
