"""`kata stubs`."""

import subprocess

from kata.course import Course
from kata.course.skeletons import solution
from tests.commands.conftest import write


def test_stubs(root, run):
    def git(*argv):
        subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e", *argv], cwd=root, check=True, capture_output=True
        )

    def change(word="From:"):
        for exercise in Course.load(root).exercises:
            write(exercise.solution, solution(exercise.name).replace("Source:", word))

    double, again = (exercise.stub for exercise in Course.load(root).exercises)
    status, out, err = run("stubs")
    assert status == 0 and "2 stubs are as" in out and "docs/exercises.md" in out and not err
    assert "docs/exercises.md" not in run("stubs")[1], "nothing has changed"
    change()
    status, out, err = run("stubs")
    assert status == 0 and out.count("cut exercises/") == 2 and not err, "nobody wrote in what was cut"
    change("By:")
    (root / ".kata/cut.json").unlink()
    status, _, err = run("stubs")
    assert status == 1 and err.count("skipped") == 2, "without that and without git, nobody knows whose they are"
    git("init", "-q")
    git("add", "exercises")
    git("commit", "-qm", "stubs")
    double.write_text("# mine")
    status, out, err = run("stubs")
    assert status == 1 and "skipped exercises/01_one/double.py" in err and "again" not in err
    assert double.read_text() == "# mine" and "By:" in again.read_text()
    double.unlink()
    assert run("stubs")[0] == 0 and "By:" in double.read_text()
    double.write_text("# mine")
    status, out, err = run("stubs", "--force")
    assert status == 0 and not err and "By:" in double.read_text()
    (backup,) = (root / ".kata/backups/01_one").iterdir()
    assert backup.read_text() == "# mine" and backup.name in out
