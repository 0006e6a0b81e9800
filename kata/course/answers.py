"""Known answers of an exercise: hints, right answers, mistakes and equivalents, from the `.toml` beside its grader.

They are data: a reader needs neither torch nor the grader, and nothing of them is run but by a judge.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from kata.course.catalog import Exercise
from kata.course.solution import REGION
from kata.errors import JudgeError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_STRINGS = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"", re.DOTALL)
_AT_LINE = re.compile(r" \(at (?:line (\d+)|end of document).*\)")


@dataclass(frozen=True)
class Variant:
    """The reference with one edit: where it `was` so, it `becomes` so, in every marked region.

    `body`, where given, replaces instead the whole of region number `region` (the last, unless said), and `bodies` all
    regions, one each: another way to write a class often changes every method. `name` says what a right answer does
    differently, or which mistake was made; `hint` leads a student on without giving the answer away.
    """

    name: str
    was: str = ""
    becomes: str = ""
    body: str | None = None
    region: int = -1
    bodies: tuple[str, ...] = ()
    hint: str = ""
    place: str = field(default="", compare=False)  # file:line, for messages

    def __str__(self) -> str:
        return self.name

    def of(self, solution: str) -> str:
        """Edit the solution.

        Raises:
            JudgeError: the edit changes nothing, because no marked region holds `was`, or there are not as many regions
                as `bodies`.
        """
        edited = solution
        for region, text in reversed(list(self._edits(list(REGION.finditer(solution))))):
            edited = edited[: region.start("body")] + text + edited[region.end("body") :]
        if edited == solution:
            raise JudgeError(f"{self.place}: {self.name!r} changes nothing: no marked region holds {self.was!r}")
        return edited

    def _edits(self, regions: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], str]]:
        if self.bodies:
            if len(self.bodies) != len(regions):
                raise JudgeError(
                    f"{self.place}: {self.name!r} has {len(self.bodies)} bodies, and the solution {len(regions)} regions"
                )
            yield from ((region, _indented(body, region)) for region, body in zip(regions, self.bodies, strict=True))
        elif self.body is not None:
            yield regions[self.region], _indented(self.body, regions[self.region])
        else:
            yield from ((region, region["body"].replace(self.was, self.becomes)) for region in regions)


def _indented(body: str, region: re.Match[str]) -> str:
    return textwrap.indent(textwrap.dedent(body).strip("\n"), region["indent"]) + "\n"


@dataclass(frozen=True)
class Equivalent(Variant):
    """A mutant of the reference that changes nothing a test could see; `reason` says why."""

    reason: str = ""


@dataclass(frozen=True)
class Answers:
    """The known answers to one exercise, and what a learner is told before any: difficulty and minutes."""

    difficulty: int = 1  # 1 to 4
    minutes: int = 0  # that it takes whoever has done what it builds on
    builds_on: tuple[str, ...] = ()  # ids of exercises
    hints: tuple[str, ...] = ()
    also_right: tuple[Variant, ...] = ()
    mistakes: tuple[Variant, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()

    @classmethod
    def of(cls, exercise: Exercise) -> Answers:
        """Read the known answers of an exercise; there need not be any.

        Raises:
            JudgeError: the file is no TOML, or does not say what it must; one line, with file and line number.
        """
        file = exercise.answers
        try:
            text = file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            raise JudgeError(f"{file} cannot be read: {error}") from None
        # A student's copy, which has no solution, names the mistakes without saying how they are made.
        return _parsed(text, str(file), exercise.solution.is_file())

    def public(self) -> str:
        """Write the part that students may have: hints, and each mistake by its name and hint."""
        lines = [f"difficulty = {self.difficulty}", f"minutes = {self.minutes}", f"builds_on = {_toml(self.builds_on)}"]
        lines.append(f"\nhints = {_toml(self.hints)}")
        for mistake in self.mistakes:
            lines.append(f"\n[[mistake]]\nname = {_toml(mistake.name)}\nhint = {_toml(mistake.hint)}")
        return "\n".join(lines) + "\n"


_EDIT = ("was", "becomes", "body", "region", "bodies")
_KINDS: dict[str, tuple[type, str]] = {"region": (int, "a whole number"), "bodies": (list, "a list of texts")}
_TABLES: dict[str, tuple[type[Variant], tuple[str, ...]]] = {
    "also_right": (Variant, ("name", *_EDIT)),
    "mistake": (Variant, ("name", "hint", *_EDIT)),
    "equivalent": (Equivalent, ("name", "reason", *_EDIT)),
}
_PLAIN: dict[str, type] = {"difficulty": int, "minutes": int, "builds_on": list, "hints": list}


@lru_cache(maxsize=4)  # the loop reads the same file at each drawing
def _parsed(text: str, file: str, with_edits: bool) -> Answers:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        at = line[1] if line and line[1] else text.count("\n") + 1
        raise JudgeError(f"{file}:{at}: {_AT_LINE.sub('', str(error))}. Mend that line.") from None
    return _Reader(text, file, with_edits).read(data)


class _Reader:
    """A reader that turns the tables of one file into known answers, and knows on which line each stands."""

    def __init__(self, text: str, file: str, with_edits: bool):
        self._lines = _STRINGS.sub(lambda found: "\n" * found[0].count("\n"), text).split("\n")
        self._file = file
        self._with_edits = with_edits

    def read(self, data: dict[str, Any]) -> Answers:
        for key, value in data.items():
            self._check_plain(key, value)
        also_right, mistakes, equivalents = (tuple(self._table(name, data.get(name, []))) for name in _TABLES)
        for named in ((*also_right, *mistakes), equivalents):
            self._check_names(named)
        plain = {k: tuple(data[k]) if _PLAIN[k] is list else data[k] for k in _PLAIN if k in data}
        return Answers(**plain, also_right=also_right, mistakes=mistakes, equivalents=equivalents)  # type: ignore[arg-type]

    def _check_plain(self, key: str, value: Any) -> None:
        if key in _TABLES:
            if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
                raise self._error(self._line_of(key), f"`{key}` is written [[{key}]], once for each")
            return
        wanted = _PLAIN.get(key)
        if wanted is None:
            known = ", ".join([*_PLAIN, *(f"[[{table}]]" for table in _TABLES)])
            raise self._error(self._line_of(key), f"`{key}` is not known here; there may be {known}")
        texts = wanted is not list or (isinstance(value, list) and all(isinstance(text, str) for text in value))
        if type(value) is not wanted or not texts:
            said = "a list of texts" if wanted is list else "a whole number"
            raise self._error(self._line_of(key), f"`{key}` is not {said}")
        if key == "difficulty" and value not in range(1, 5):
            raise self._error(self._line_of(key), "`difficulty` is from 1 to 4")

    def _table(self, table: str, entries: Sequence[dict[str, Any]]) -> Iterator[Any]:
        make, keys = _TABLES[table]
        for entry, line in zip(entries, self._headers(table), strict=True):
            for key, value in entry.items():
                if key not in keys:
                    raise self._error(self._line_of(key, line), f"`{key}` is not known in [[{table}]]")
                kind, said = _KINDS.get(key, (str, "a text"))
                texts = not isinstance(value, list) or all(isinstance(text, str) for text in value)
                if type(value) is not kind or not texts:
                    raise self._error(self._line_of(key, line), f"`{key}` is not {said}")
            self._check_edit(table, entry, line)
            edit: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
            }
            yield make(**edit, place=f"{self._file}:{line}")

    def _check_edit(self, table: str, entry: dict[str, Any], line: int) -> None:
        if not entry.get("name"):
            raise self._error(line, f"this [[{table}]] has no `name`")
        if self._with_edits and sum(key in entry for key in ("was", "body", "bodies")) != 1:
            raise self._error(line, f"{entry['name']!r} needs either `was` and `becomes`, or `body`, or `bodies`")
        if "was" in entry and (not entry["was"] or "becomes" not in entry):
            raise self._error(
                line, f"{entry['name']!r} says what `was`, and not what it `becomes`, or the other way round"
            )

    def _check_names(self, variants: Sequence[Variant]) -> None:
        first: dict[str, Variant] = {}
        for variant in variants:
            other = first.setdefault(variant.name, variant)
            if other is not variant:
                line = other.place.rpartition(":")[2]
                raise JudgeError(f"{variant.place}: {variant.name!r} is the name of the one on line {line} already")

    def _headers(self, table: str) -> list[int]:
        return [n for n, line in enumerate(self._lines, 1) if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)]

    def _line_of(self, key: str, start: int = 1) -> int:
        here = (n for n, line in enumerate(self._lines, 1) if n >= start and re.match(rf"\s*\W*{key}\b", line))
        return next(here, start)

    def _error(self, line: int, said: str) -> JudgeError:
        return JudgeError(f"{self._file}:{line}: {said}. CONTRIBUTING.md shows the form.")


def _toml(value: str | Sequence[str]) -> str:
    """Write a text or a list of texts; what JSON says of a text, TOML says too."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "[" + "".join(f"\n    {_toml(text)}," for text in value) + "\n]" if value else "[]"
