"""A student's copy, made once: of some small exercises, or with KATA_EVERY=1, as in `make verify`, of all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from kata.course import Course
from tests.conftest import ROOT

WHOLE = Course.load(ROOT)
CHOSEN = (
    WHOLE.exercises
    if os.environ.get("KATA_EVERY")
    else WHOLE.select(["pairwise_distance", "window_dataset", "wordpiece", "sinusoidal_encoding", "reward_loss"])
)
TAKEN = "LICENSE .gitignore Makefile constraints.txt pyproject.toml setup.py docs fixtures graders kata solutions translations"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The suite with the chosen exercises only, and what `kata release --output DIR` makes of it.

    Made by whichever of the processes that test side by side comes first.
    """
    parallel = "PYTEST_XDIST_WORKER" in os.environ
    folder = (tmp_path_factory.getbasetemp().parent if parallel else tmp_path_factory.getbasetemp()) / "released"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "copy").is_dir():
            _lay_out(folder / "suite")
            run_kata(folder / "suite", "release", "--output", str(folder / "copy"), expect=0)
    return folder


@pytest.fixture(scope="session")
def live(made):
    return Course.load(made / "suite")


@pytest.fixture(scope="session")
def released(made):
    return Course.load(made / "copy")


def _lay_out(folder):
    folder.mkdir(parents=True)
    for name in TAKEN.split():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).is_file():
            shutil.copy(ROOT / name, folder / name)
    lines = ['title = "Some"']
    for track in WHOLE.tracks:
        names = [exercise.name for exercise in track.exercises if exercise in CHOSEN]
        lines += ["[[tracks]]", f'id = "{track.id}"', f'title = "{track.title}"', f"exercises = {names}"]
    (folder / "course.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_kata(folder, *argv, expect=None, python=sys.executable, **environment):
    """`kata` in this folder, the one that is there. What it says, on both streams."""
    told = {**os.environ, "KATA_LANG": "en", "PYTHONSAFEPATH": "", "COLUMNS": "200", **environment}
    run = subprocess.run(
        [python, "-m", "kata", *argv], cwd=folder, capture_output=True, text=True, env=told, timeout=300, check=False
    )
    assert expect is None or run.returncode == expect, run.stdout + run.stderr
    return run.stdout + run.stderr


def files_of(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def run_make(folder, *arguments):
    run = subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return run.stdout
