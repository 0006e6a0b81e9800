"""`kata` and `python -m kata`."""

import sys

from kata.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
