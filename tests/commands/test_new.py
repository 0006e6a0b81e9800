"""`kata new`, and the line it adds to course.toml."""

import pytest

from kata.course import Course
from kata.course.course_line import with_exercise
from tests.commands.conftest import COURSE


def test_new(warm, run):
    status, out, err = run("new", "02_two/third_one")
    assert status == 0 and not err and "solutions/02_two/third_one.py" in out
    exercise = Course.load(warm).exercises[-1]
    assert exercise.id == "02_two/third_one"
    assert (warm / "course.toml").read_text() == COURSE.replace(
        '    "again",  # and here\n', '    "again",  # and here\n    "third_one",\n'
    )
    assert exercise.oracle.is_file() and (exercise.unseen / "WAITING").is_file()
    assert "`third_one`" in (warm / "docs/exercises.md").read_text()
    assert run("grade", "third_one", "--submission", exercise.solution)[0] == 0
    exercise.solution.write_text(exercise.solution.read_text().replace("Source:", "From:"))
    assert run("stubs")[0] == 0 and "From:" in exercise.stub.read_text(), "nobody wrote in the stub"
    status, out, _ = run("grade", "third_one")
    assert status == 1 and "not written yet" in out
    status, _, err = run("new", "02_two/third_one")
    assert status == 2
    exercise.grader.write_text("# mine")
    (warm / "course.toml").write_text(COURSE)
    status, _, err = run("new", "02_two/third_one")
    assert status == 2 and "there already" in err and exercise.grader.read_text() == "# mine"


def test_new_says_what_to_add_by_hand(root, run):
    text = 'title = "t"\ntracks = [{id = "01_one", title = "A", exercises = ["double"]}]\n'
    (root / "course.toml").write_text(text)
    status, _, err = run("new", "01_one/other")
    assert status == 1 and 'Add "other" to the exercises of 01_one by hand' in err
    assert (root / "course.toml").read_text() == text and (root / "solutions/01_one/other.py").is_file()


HEAD = 'title = "t"\n[[tracks]]\ntitle = "A"\nid = "a"\n'
LISTS = {
    "exercises = []\n": 'exercises = ["new"]\n',
    "exercises = [  # none\n]\n": 'exercises = ["new"  # none\n]\n',
    'exercises = ["b"]': 'exercises = ["b", "new"]',
    "exercises = ['b', \"c\"]  # ]\n": 'exercises = [\'b\', "c", "new"]  # ]\n',
    'exercises = ["b", ]\n': 'exercises = ["b", "new", ]\n',
    'exercises = [\n  "b"\n]\n': 'exercises = [\n  "b",\n  "new"\n]\n',
    'exercises = [\n  "b",\n]\n': 'exercises = [\n  "b",\n  "new",\n]\n',
    'exercises = [\n  "b", # "x", ]\n  "c",  # why\n  # more\n]\n': (
        'exercises = [\n  "b", # "x", ]\n  "c",  # why\n  "new",\n  # more\n]\n'
    ),
    'exercises = [\n  "b"  # why\n]\n': 'exercises = [\n  "b",  # why\n  "new"\n]\n',
    'exercises = [\n  "b", "c",\n]\n': 'exercises = [\n  "b", "c", "new",\n]\n',
    'exercises = [\r\n  "b",\r\n]\r\n': 'exercises = [\r\n  "b",\r\n  "new",\r\n]\r\n',
}
OTHER = '[[tracks]]\nid = "z"\ntitle = "Z"\nexercises = ["b"]\n'


@pytest.mark.parametrize("before, after", LISTS.items())
@pytest.mark.parametrize("frame", ["{}", OTHER + "\n# c\n{}", "{}\n" + OTHER + "# end"])
def test_a_line_of_order_is_added_as_an_author_would(before, after, frame):
    head, _, track = HEAD.partition("\n")
    text = f"{head}\n" + frame.format(f"{track}{before}")
    assert with_exercise(text, "a", "new") == f"{head}\n" + frame.format(f"{track}{after}")


@pytest.mark.parametrize(
    "text", ["", 'exercises = """x"""', 'exercises = [["b"]]', 'exercises = ["b\\u0041"]', "x = 1"]
)
def test_a_line_of_order_is_not_added_where_it_is_not_plain(text):
    assert with_exercise(HEAD + text, "a", "new") is None
