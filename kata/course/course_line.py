"""New lines in course.toml, as an author adds them: comments, order and layout stay. (No command; `new` uses it.)"""

from __future__ import annotations

import re
import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_BLOCK = re.compile(r"^\[\[tracks\]\][^\n]*\n(?:(?!\[).*(?:\n|\Z))*", re.MULTILINE)
_LIST = re.compile(r"^exercises[ \t]*=[ \t]*\[", re.MULTILINE)
_TOKEN = re.compile(r"#[^\n]*|\"[^\"\\\n]*\"|'[^'\n]*'|[\],]|\s+")


def with_exercise(text: str, track: str, name: str) -> str | None:
    """The text of course.toml with the name at the end of its track's exercises; None where this cannot be done safely.

    What comes out is parsed again, and differs from what went in by this one name or is not given out.
    """
    try:
        wanted = tomllib.loads(text)
        next(one for one in wanted["tracks"] if one["id"] == track)["exercises"].append(name)
        for block in _BLOCK.finditer(text):
            if tomllib.loads(block[0])["tracks"][0].get("id") == track:
                edited = text[: block.start()] + _appended(block[0], name) + text[block.end() :]
                return edited if tomllib.loads(edited) == wanted else None
    except (tomllib.TOMLDecodeError, ValueError, KeyError, StopIteration, TypeError, AttributeError):
        return None
    return None


def _appended(block: str, name: str) -> str:
    """Append the name to the block's list of exercises; raise ValueError if that list has no plain form."""
    start = _LIST.search(block)
    if start is None:
        raise ValueError("no list of exercises")
    place, last, comma = start.end(), (start.end(), start.end()), 0
    while not block.startswith("]", place):
        token = _TOKEN.match(block, place)
        if token is None:
            raise ValueError("not a plain list of names")
        if token[0][0] in "\"'":
            last, comma = token.span(), 0
        elif token[0] == ",":
            comma = token.end()
        place = token.end()
    if last[0] == start.end() and last[0] == last[1]:
        return block[: last[1]] + f'"{name}"' + block[last[1] :]
    indent = block[block.rindex("\n", 0, last[0]) + 1 : last[0]]
    if indent.strip():  # the last name is not first on its line: go on behind it
        end = comma or last[1]
        return block[:end] + (f' "{name}",' if comma else f', "{name}"') + block[end:]
    end = comma or last[1]
    behind = re.compile(r"[^\n\]]*?(?=\r?\n|\])").match(block, end)  # the comment behind it stays with it
    line_end = behind.end() if behind else end
    newline = "\r\n" if "\r\n" in block else "\n"
    head = block[:end] + ("" if comma else ",") + block[end:line_end]
    return head + f'{newline}{indent}"{name}"' + ("," if comma else "") + block[line_end:]
