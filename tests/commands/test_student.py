"""`kata next`, `list`, `hint` and `reset`."""

import re

import pytest

from kata.course import Course
from kata.course.skeletons import solution
from kata.course.solution import stub
from kata.learner.state import State
from tests.commands.conftest import write


def test_where_next_and_list(root, run):
    status, out, _ = run()
    assert status == 0 and "0 of 2 passed" in out and "kata grade double" in out and "kata hint double" in out
    status, out, _ = run("next")
    assert status == 0 and "exercises/01_one/double.py" in out and "What it is and where it is used" in out
    state = State.load(root)
    state.of(Course.load(root).exercises[0]).status = "passed"
    state.save()
    status, out, _ = run("list")
    assert status == 0 and "[##########----------] 1 of 2 passed" in out
    assert re.search(r"^  > not started +again  next$", out, re.MULTILINE)
    (root / "exercises/02_two/again.py").unlink()
    assert "kata reset again" in run("next")[1]


def test_hints(root, run):
    for number in (1, 2, 3):
        status, out, _ = run("hint", "double")
        assert status == 0 and out.startswith(f"Hint {number} of 3: ")
        assert run("hint", "double", "--all")[1].count("Hint ") == number
    status, out, _ = run("hint", "double")
    assert status == 0 and "no more hints" in out
    assert State.load(root).exercises["01_one/double"].hints == 3
    assert "seen no hint" in run("hint", "again", "--all")[1]


@pytest.mark.parametrize(
    "text, status, words",
    [
        (None, 0, "no hints for 01_one/double"),
        ("hints = ['a']\n", 0, "Hint 1 of 1: a"),
        ("hints = ['[bold]/x/[/]']\n", 0, "Hint 1 of 1: [bold]/x/[/]"),
        ("minutes = 5\nhints = [1]\n", 3, "double.toml:2: `hints` is not a list of texts"),
        ("hints = 'one'\n", 3, "double.toml:1: `hints` is not a list of texts"),
        ("\nhints = [\n", 3, "double.toml:3: "),
    ],
)
def test_hints_of_odd_answers(root, run, text, status, words):
    file = root / "graders/01_one/double.toml"
    file.unlink() if text is None else file.write_text(text)
    found, out, err = run("hint", "double")
    assert found == status and words in out + err


def test_reset(root, run):
    file, fresh = root / "exercises/01_one/double.py", stub(solution("double"))
    status, out, _ = run("reset", "double")
    assert status == 0 and "Nothing to do" in out and not (root / ".kata").exists()
    for number in range(3):  # within a second
        file.write_bytes(b"# mine \xff %d" % number)
        status, out, _ = run("reset", "double")
        assert status == 0 and file.read_text() == fresh
    backups = sorted((root / ".kata/backups/01_one").iterdir(), key=lambda path: path.read_bytes())
    assert [path.read_bytes() for path in backups] == [b"# mine \xff %d" % n for n in range(3)]
    command = re.search(r"cp '(.*)' '(.*)'", out)
    assert (root / command[1]).read_bytes() == b"# mine \xff 2" and command[2] == "exercises/01_one/double.py"
    file.unlink()
    assert "there again" in run("reset", "double")[1] and file.read_text() == fresh


def test_reset_without_a_solution_changes_nothing(root, run):
    (root / "solutions/01_one/double.py").unlink()
    write(root / "exercises/01_one/double.py", "# mine")
    status, _, err = run("reset", "double")
    assert status == 2 and "solutions/01_one/double.py" in err
    assert (root / "exercises/01_one/double.py").read_text() == "# mine"


def test_reset_without_a_place_for_the_backup_changes_nothing(root, run):
    (root / ".kata").write_text("in the way")
    write(root / "exercises/01_one/double.py", "# mine")
    assert run("reset", "double")[0] == 2
    assert (root / "exercises/01_one/double.py").read_text() == "# mine"
