"""The wheel, installed where nothing else of the suite is: a folder is started and graded, and a notebook checked."""

import base64
import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from kata.course.answers import Answers
from tests.release.conftest import CHOSEN, run_kata

EXERCISE = next(exercise for exercise in CHOSEN if exercise.name == "sinusoidal_encoding")
# What a notebook does: cells that ran, and a verdict to show.
NOTEBOOK = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    shell.run_cell(cell, store_history=True).raise_error()
checked = shell.user_ns["checked"]
print(json.dumps({"text": repr(checked), "html": checked._repr_html_(), "kata": shell.user_ns["kata"].__file__}))
"""


@pytest.fixture(scope="session")
def python(released, tmp_path_factory):
    """A fresh environment with the wheel in it; what the wheel needs is lent from this one, torch being large."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    lent = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "lent.pth").write_text("\n".join(lent) + "\n")
    (wheel,) = released.root.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True, timeout=120)
    return python


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder that has nothing to do with any course."""
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def check_in_a_notebook(python, folder, *cells):
    run = subprocess.run(
        [python, "-c", NOTEBOOK],
        cwd=folder,
        input=json.dumps([*cells, f"import kata\nchecked = kata.check({EXERCISE.name!r})"]),
        capture_output=True,
        text=True,
        env={**os.environ, "IPYTHONDIR": str(folder.parent / "ipython")},
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def answers():
    """A known mistake, its text, and the right answer's."""
    solution = EXERCISE.solution.read_text(encoding="utf-8")
    mistake = Answers.of(EXERCISE).mistakes[0]
    return mistake, mistake.of(solution), solution


def test_start_and_grade(python, elsewhere):
    said = run_kata(elsewhere, "start", "work", python=python, expect=0)
    assert f"{len(CHOSEN)} exercises are laid out" in said
    work = elsewhere / "work"
    assert "is not written" not in run_kata(work, "list", python=python, expect=0)
    assert "not started" in run_kata(work, "grade", EXERCISE.name, python=python, expect=1)
    mistake, wrong, right = answers()
    file = work / "exercises" / f"{EXERCISE.id}.py"
    file.write_text(wrong, encoding="utf-8")
    assert f"This looks like: {mistake.name}" in run_kata(work, "grade", EXERCISE.name, python=python, expect=1)
    file.write_text(right, encoding="utf-8")
    assert "10 / 10" in run_kata(work, "grade", EXERCISE.name, python=python, expect=0)
    assert (work / ".kata" / "state.json").is_file(), "progress is kept there, not among the packages"
    file.unlink()
    run_kata(work, "reset", EXERCISE.name, python=python, expect=0)
    assert "raise NotImplementedError" in file.read_text(encoding="utf-8")


def test_in_a_folder_that_was_not_started(python, elsewhere):
    said = run_kata(elsewhere, "grade", python=python, expect=2)
    assert "kata start FOLDER" in said and said.count("\n") == 1
    (elsewhere / "mine.py").write_text(answers()[2], encoding="utf-8")
    run_kata(elsewhere, "grade", EXERCISE.name, "--submission", "mine.py", python=python, expect=0)
    assert "no solutions" in run_kata(elsewhere, "doctor", python=python)


def test_check_in_a_notebook_without_a_clone(python, elsewhere):
    mistake, wrong, right = answers()
    found = check_in_a_notebook(python, elsewhere, wrong)
    assert Path(found["kata"]).is_relative_to(Path(python).parents[1])
    assert f"This looks like: {mistake.name}" in found["text"]
    assert f"This looks like: {mistake.name}" in unescape(found["html"]) and mistake.hint in unescape(found["html"])
    (picture,) = re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="Heat maps[^"]+are wrong\."', found["html"])
    assert base64.b64decode(picture).startswith(b"\x89PNG") and len(picture) < 100_000
    found = check_in_a_notebook(python, elsewhere, right)
    assert "10 / 10" in found["html"] and "<img" not in found["html"]
    assert not list(elsewhere.iterdir()), "nothing is left there"


def test_without_matplotlib_there_is_no_picture(python, elsewhere):
    mistake, wrong, _ = answers()
    html = check_in_a_notebook(python, elsewhere, "import sys\nsys.modules['matplotlib'] = None", wrong)["html"]
    assert f"This looks like: {mistake.name}" in unescape(html) and "<img" not in html
