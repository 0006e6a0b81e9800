"""Building the wheel of a student's copy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kata.errors import UsageError

SETUPTOOLS = 77  # the first that reads `license = "MIT"` in pyproject.toml, which says so


def build(folder: Path) -> Path:
    """Build the wheel of this folder into it, and leave nothing else there.

    Raises:
        UsageError: pip cannot; the message has its last line.
    """
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    here = ["--no-build-isolation"] if _is_here() else []  # else pip fetches setuptools
    run = subprocess.run(  # noqa: S603 - our own interpreter, our own folder
        [*command, *here, "--wheel-dir", str(folder), str(folder)], capture_output=True, text=True, check=False
    )
    for left in (folder / "build", *folder.glob("*.egg-info")):
        shutil.rmtree(left, ignore_errors=True)
    made = list(folder.glob("*.whl"))
    if run.returncode or len(made) != 1:
        said = (run.stderr or run.stdout).strip().splitlines()
        raise UsageError(
            f"pip cannot build the wheel: {said[-1] if said else 'it says nothing'}\n"
            f"Try: {sys.executable} -m pip install 'setuptools>={SETUPTOOLS}'"
        )
    return made[0]


def _is_here() -> bool:
    try:
        return int(version("setuptools").partition(".")[0]) >= SETUPTOOLS
    except (PackageNotFoundError, ValueError):
        return False
