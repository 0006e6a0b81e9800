"""Gradescope: an autograder's zip, and what runs in its container.

Gradescope unpacks the zip into ROOT/source, runs its setup.sh once, and for every submission its run_autograder, which
reads ROOT/submission and writes ROOT/results/results.json. ROOT is /autograder.
"""

from __future__ import annotations

import shlex
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from kata.classroom.submissions import files
from kata.course import Course, Exercise
from kata.errors import JudgeError
from kata.files import write_atomically
from kata.report import render
from kata.service.secret import FILE, known, secret_in, seed_of
from kata.service.server import refuse_unisolated

SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when the autograder is built.
set -euo pipefail
cd "${{AUTOGRADER_ROOT:-/autograder}}/source"
apt-get update && apt-get install -y python3-venv
python3 -m venv .venv
.venv/bin/pip install --extra-index-url https://download.pytorch.org/whl/cpu {constraints} -e .
"""

RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for every submission.
set -euo pipefail
root="${{AUTOGRADER_ROOT:-/autograder}}"
cd "$root/source"
exec "${{KATA_PYTHON:-.venv/bin/python}}" -m kata classroom gradescope --run "$root" {options}
"""

_SUITE = ("pyproject.toml", "setup.py", "constraints.txt", "README.md", "LICENSE", "course.toml", "kata", "fixtures")


def write_zip(
    course: Course, exercises: Sequence[Exercise], output: Path, seed: int | None, allow_unisolated: bool
) -> None:
    """Write the autograder. It holds the solutions; Gradescope shows it to instructors only.

    Without a seed, it holds the secret of the class too, which is kept beside it for the next one.
    """
    options = ["--exercises", *(exercise.id for exercise in exercises)]
    if allow_unisolated:
        options.append("--allow-unisolated")
    if seed is not None:
        options += ["--seed", str(seed)]
    constraints = "-c constraints.txt" if (course.root / "constraints.txt").exists() else ""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        _script(archive, "setup.sh", SETUP.format(constraints=constraints))
        _script(archive, "run_autograder", RUN.format(options=shlex.join(options)))
        if seed is None:
            archive.writestr(FILE, secret_in(output.with_name(f"{output.stem}.{FILE}")))
        for file in _files(course, exercises):
            archive.write(file, file.relative_to(course.root))


def run(course: Course, exercises: Sequence[Exercise], root: Path, seed: int | None, allow_unisolated: bool) -> None:
    """Grade the submission that lies in Gradescope's folders. Without a results.json, Gradescope says that we failed.

    Raises:
        JudgeError: there is no grade.
    """
    from kata.judge.run import Judge, Seeds
    from kata.judge.scoring import Job

    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)
    seeds: int | Seeds = partial(seed_of, known(course.root / FILE)) if seed is None else seed
    with Judge(course) as judge:
        refuse_unisolated(judge, allow_unisolated)
        job = Job("submission", files(root / "submission", exercises))
        verdicts = judge.grade(exercises, [job], seed=seeds)
    text = render(verdicts, [{}], "gradescope")
    results.parent.mkdir(exist_ok=True)
    try:
        write_atomically(results, text)
    except OSError as error:
        raise JudgeError(f"{results} cannot be written: {error}") from None


def _files(course: Course, exercises: Sequence[Exercise]) -> Iterator[Path]:
    for name in _SUITE:
        path = course.root / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in found if file.is_file() and "__pycache__" not in file.parts)
    for exercise in exercises:
        yield from (exercise.solution, exercise.grader, exercise.answers, exercise.stub)


def _script(archive: zipfile.ZipFile, name: str, text: str) -> None:
    about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    about.external_attr = 0o755 << 16
    archive.writestr(about, text)
