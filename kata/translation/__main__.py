"""`make translations`: bring every catalogue up to what the sources say, and list what is left to translate."""

from __future__ import annotations

import sys

from kata.console import shown
from kata.course import Course
from kata.translation.catalogues import all_of, faults, update


def main() -> int:
    left = 0
    for file, language, wanted in all_of(Course.find()):
        update(file, language, wanted)
        found = faults(file, language, wanted)
        left += len(found)
        if found:
            print(f"{shown(file)}: {len(found)} of {len(wanted)} to do")
    print("every string is translated" if not left else f"{left} to do")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
