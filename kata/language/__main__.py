"""`make translations`: bring every catalogue up to what the sources say, and list what is left to translate.

The catalogue of an exercise is begun when it is asked for, `make translations ARGS=softmax`: from then on the tests ask
for the whole of it.
"""

from __future__ import annotations

import os
import sys

from kata.course import Course
from kata.language.catalogues import all_of, faults, update


def main() -> int:
    course, left = Course.find(), 0
    begun = [exercise.id for exercise in course.select(sys.argv[1:])] if sys.argv[1:] else []
    for file, language, wanted in all_of(course):
        if not file.is_file() and f"{file.parent.name}/{file.stem}" not in begun:
            print(f"{os.path.relpath(file)}: not begun, {len(wanted)} strings")
            continue
        update(file, language, wanted)
        found = faults(file, language, wanted)
        left += len(found)
        if found:
            print(f"{os.path.relpath(file)}: {len(found)} of {len(wanted)} to do")
    print("every string of what is begun is translated" if not left else f"{left} to do")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
