"""The catalog of exercises: an id each, paths that mirror it, and nothing to register but a line in course.toml."""

from __future__ import annotations

import difflib
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kata.errors import JudgeError, UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COURSE_FILE = "course.toml"
_FIXTURES = re.compile(r"""["']fixtures["'] / ["'](\w+)["']""")  # how a grader names a folder of what it reads
STARTED = ".kata/started"  # the mark of a working folder that `kata start` made
_BESIDE = Path(__file__).resolve().parents[2]
# The suite's own course: around this package where it is worked on, beside it where it was installed.
OWN = _BESIDE if (_BESIDE / COURSE_FILE).is_file() else _BESIDE / "kata_course"


@dataclass(frozen=True)
class _Work:
    """A piece of work for students, named by its path: `04_attention/scaled_dot_product_attention`."""

    id: str
    root: Path

    def __str__(self) -> str:
        return self.id

    @property
    def track(self) -> str:
        return self.id.split("/")[0]

    @property
    def name(self) -> str:
        return self.id.split("/")[1]


@dataclass(frozen=True)
class Exercise(_Work):
    """An exercise that is answered in code, and graded by running it."""

    home: Path | None = None  # the student's folder, where that is not the suite's own

    @property
    def stub(self) -> Path:
        return (self.home or self.root) / "exercises" / f"{self.id}.py"

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / f"{self.id}.py"

    @property
    def shipped(self) -> Path:
        """The stub as a copy without solutions has it, where nobody writes in it."""
        return self.root / "fixtures" / "stubs" / f"{self.id}.py"

    @property
    def source(self) -> Path:
        """The file that defines the exercise: its solution or, in a copy without, its stub."""
        return self.shipped if self.shipped.is_file() and not self.solution.is_file() else self.solution

    @property
    def grader(self) -> Path:
        return self.root / "graders" / self.track / f"test_{self.name}.py"

    @property
    def answers(self) -> Path:
        """Hints, right answers and mistakes that are known."""
        return self.root / "graders" / f"{self.id}.toml"

    @property
    def digest(self) -> str:
        """A digest of what decides about an answer: the solution, the grader, the known answers, and what these read.

        Whoever asks whether an exercise has changed asks for this.
        """
        found = hashlib.blake2b(digest_size=16)
        for file in (self.solution, self.grader, self.answers, *self._fixtures()):
            data = file.read_bytes() if file.is_file() else b""
            found.update(b"%d\n" % len(data) + data)
        return found.hexdigest()

    def _fixtures(self) -> Iterator[Path]:
        """The files of those folders in fixtures/ that the grader names: `FOLDER / "fixtures" / "text"`."""
        text = self.grader.read_text(encoding="utf-8", errors="replace") if self.grader.is_file() else ""
        for name in sorted(set(_FIXTURES.findall(text))):
            yield from sorted(file for file in (self.root / "fixtures" / name).rglob("*") if file.is_file())

    @property
    def oracle(self) -> Path:
        """The oracle's tests, which check the reference by other means; for authors."""
        return self.root / "tests" / "oracles" / self.track / f"test_{self.name}.py"

    @property
    def unseen(self) -> Path:
        """The folder of the answers by authors who had not seen the grader."""
        return self.root / "tests" / "unseen" / self.id


@dataclass(frozen=True)
class Written(_Work):
    """A question that is answered in words, and graded by a person: in the classroom only."""

    @property
    def source(self) -> Path:
        return self.root / "solutions" / f"{self.id}.md"


@dataclass(frozen=True)
class Track:
    id: str
    title: str
    exercises: tuple[Exercise, ...]
    written: tuple[Written, ...] = ()


@dataclass(frozen=True)
class Defaults:
    """Defaults for a grader that says nothing: points, seconds of its own time for each test, MiB of memory."""

    points: float = 10.0
    seconds: float = 5.0
    memory_mb: int = 2048


@dataclass(frozen=True)
class Course:
    """The tracks and exercises in teaching order."""

    root: Path
    title: str
    tracks: tuple[Track, ...]
    defaults: Defaults
    home: Path | None = None  # the student's folder, where that is not the suite's own

    @property
    def folder(self) -> Path:
        """The folder of exercises/ and of the student's progress."""
        return self.home or self.root

    @classmethod
    def load(cls, root: Path, home: Path | None = None) -> Course:
        """Read `root`/course.toml, for a student whose work is in `home`.

        Raises:
            UsageError: the file is missing or does not say what it must; the message names the place.
        """
        path = root / COURSE_FILE
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UsageError(f"{path} is missing. Run kata from the folder that holds {COURSE_FILE}.") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}. Mend that line.") from None
        try:
            title, tracks = str(data["title"]), _tracks(data["tracks"], root, home)
            return cls(root, title, tracks, _defaults(data.get("defaults", {})), home)
        except KeyError as error:
            raise UsageError(f"{path}: the key {error} is missing. Add it; CONTRIBUTING.md shows the form.") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"{path}: {error}. CONTRIBUTING.md shows the form.") from None

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """Load the course of `start` (the working folder) or of the nearest folder above it, else the suite's own.

        A folder that `kata start` made holds a student's work, and is graded by the suite's own course. So is any other
        folder, where the suite is installed and none is above.
        """
        start = (start or Path.cwd()).resolve()
        own = (OWN / COURSE_FILE).is_file()
        for folder in (start, *start.parents):
            if (folder / COURSE_FILE).is_file():
                return cls.load(folder)
            if own and (folder / STARTED).is_file():
                return cls.load(OWN, folder)
        if own:
            return cls.load(OWN, None if OWN == _BESIDE else start)
        raise UsageError(f"No {COURSE_FILE} here or in a folder above. Run kata from the folder of the exercises.")

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return tuple(exercise for track in self.tracks for exercise in track.exercises)

    def only(self, names: Iterable[str]) -> Course:
        """Narrow the course to these exercises; all of them for no name.

        Raises:
            UsageError: as `select`.
        """
        chosen = self.select(names)
        tracks = (replace(t, exercises=tuple(e for e in t.exercises if e in chosen)) for t in self.tracks)
        return replace(self, tracks=tuple(tracks))

    def select(self, names: Iterable[str]) -> tuple[Exercise, ...]:
        """The exercises so named, by id or by its last part; all of them for no name. In teaching order.

        Raises:
            UsageError: a name fits no exercise, or several; the message has the nearest names.
        """
        wanted = {self._one(name) for name in names}
        return tuple(e for e in self.exercises if e in wanted) if wanted else self.exercises

    def _one(self, name: str) -> Exercise:
        name = name.strip().strip("/").removesuffix(".py").removeprefix("exercises/")
        found = [e for e in self.exercises if name in (e.id, e.name)]
        if len(found) == 1:
            return found[0]
        if any(name in (w.id, w.name) for t in self.tracks for w in t.written):
            raise UsageError(f"'{name}' is answered in words and graded by a person, in the classroom only.")
        if found:
            raise UsageError(f"'{name}' is the name of {', '.join(map(str, found))}. Say which, by its whole id.")
        known = [e.name for e in self.exercises] + [e.id for e in self.exercises]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or [e.id for e in self.exercises][:3]
        raise UsageError(f"There is no exercise '{name}'. Nearest: {', '.join(near)}. `kata list` shows all.")

    def graded_by(self, grader: Path) -> Exercise:
        """The exercise that the grader at this path judges.

        Raises:
            JudgeError: course.toml does not list it.
        """
        for exercise in self.exercises:
            if exercise.grader == grader:
                return exercise
        raise JudgeError(f"{grader} judges no exercise that {self.root / COURSE_FILE} lists. Add its line there.")


def _tracks(data: list[dict[str, Any]], root: Path, home: Path | None) -> tuple[Track, ...]:
    tracks = tuple(_track(t, root, home) for t in data)
    ids = [work.id for t in tracks for work in (*t.exercises, *t.written)]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"{twice[0]} is listed twice; keep one")
    return tracks


def _track(data: dict[str, Any], root: Path, home: Path | None) -> Track:
    names, written = data["exercises"], data.get("written", [])
    for key, listed in (("exercises", names), ("written", written)):
        if not isinstance(listed, list):
            raise TypeError(f"{key} = {listed!r} is not a list of names")
    for name in [data["id"], *names, *written]:
        if not isinstance(name, str) or not re.fullmatch("[a-z0-9_]+", name):
            raise ValueError(f"{name!r} is no name for a track or an exercise; use small letters, digits and _")
    exercises = tuple(Exercise(f"{data['id']}/{name}", root, home) for name in names)
    questions = tuple(Written(f"{data['id']}/{name}", root) for name in written)
    return Track(data["id"], str(data["title"]), exercises, questions)


def _defaults(data: dict[str, Any]) -> Defaults:
    for key, value in data.items():
        if key not in Defaults.__annotations__:
            raise ValueError(
                f"[defaults] has the unknown key '{key}'; it may hold {', '.join(Defaults.__annotations__)}"
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"[defaults] {key} = {value!r} is not a number above 0")
    return Defaults(**data)
