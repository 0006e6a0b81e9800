"""Questions that are answered in words: what students get, what a person grades, and what becomes of the grade."""

import json
import urllib.request

import pytest

from kata.classroom.nbgrader.questions import Question
from kata.cli import main
from kata.course import Course, Written
from kata.errors import UsageError
from tests.classroom.jupyter import server
from tests.classroom.odd import LINKS
from tests.classroom.room import ROOT, Room, answer, code, markdown, marks
from tests.classroom.test_nbgrader import Dangers

NAME, TRACK = "why_divide_by_sqrt_d", "10_concepts"
TEXT = (
    "Since $d \\gg 1$, `q @ k` has variance d; if a < b & b > c 则 softmax 饱和。\n\n    scores / d**0.5  # <b>bold</b>"
)


@pytest.fixture(scope="module")
def questions(course):
    return next(track.written for track in course.tracks if track.id == TRACK)


@pytest.fixture
def room(course, questions, tmp_path):
    """A course of one question, without students."""
    chosen = [one for one in questions if one.name == NAME]
    return Room.open(tmp_path / "course", course, chosen, TRACK)


def graded(room, student):
    """The row of the export, once it is autograded."""
    room.nbgrader("autograde", TRACK)
    return room.exported()[student]


def own_words(room, student):
    """The answer as it lies before the grader."""
    return answer(room.autograded(student, NAME))["source"]


def test_what_students_get(room, questions):
    released = room.release(NAME)
    question, cell, rubric = released["cells"]
    assert "What goes wrong without it" in question["source"] and "为什么" in question["source"]
    assert cell["cell_type"] == "markdown" and cell["source"].startswith("YOUR ANSWER HERE")
    assert marks(cell)["points"] == 6.0 and not marks(cell)["locked"] and marks(question)["locked"]
    assert rubric["source"].strip() == "*Graded by hand, 6 points. 由老师评分，满分 6 分。*"
    text = (room.folder / "release" / TRACK / f"{NAME}.ipynb").read_text(encoding="utf-8")
    (held,) = [Question.of(one) for one in questions if one.name == NAME]
    hidden = [line for line in (held.answer + "\n" + held.rubric).splitlines() if line]
    assert len(hidden) > 8 and not [line for line in hidden if json.dumps(line, ensure_ascii=False)[1:-1] in text]


def test_a_person_grades_it(room, tmp_path):
    room.hand_in("ann", room.answered(TEXT + LINKS, NAME), NAME)
    row = graded(room, "ann")
    assert own_words(room, "ann") == TEXT + LINKS, "to the letter"
    assert row["score"] == "" and row["status"] == "to grade by hand" and row["ungraded"] == f"{NAME}-answer"
    canvas = room.folder / "canvas.csv"
    room.nbgrader("export", "--exporter=kata.classroom.nbgrader.export.Canvas", f"--to={canvas}")
    assert "ann,,,ann,,\n" in canvas.read_text(), "no score is no 0"
    with server(room.folder, tmp_path / "instructor") as jupyter:
        formgrader = Formgrader(jupyter)
        submission, grade = formgrader.ungraded()
        page = formgrader.ask(f"submissions/{submission}/")
        assert "the variance of a dot product" in page and "MARK SCHEME" not in page and "q @ k" in page
        room.hand_in("bob", room.answered("nothing odd", NAME), NAME)
        room.nbgrader("autograde", TRACK)
        (plain,) = [one for one, _ in formgrader.all() if one != submission]
        assert Dangers.of(page) == Dangers.of(formgrader.ask(f"submissions/{plain}/")), (
            "in the formgrader it does nothing"
        )
        formgrader.give(grade, 4.5)
        assert (row := room.exported()["ann"])["score"] == "4.5" and row["status"] == "graded"

        room.nbgrader("autograde", TRACK, "--student=ann", "--force")
        row = room.exported()["ann"]
        assert row["score"] == "4.5" and row["status"] == "to look at again", "the score stays, and is not settled"
        formgrader.give(grade, 5)
        assert (row := room.exported()["ann"])["score"] == "5.0" and row["status"] == "graded"
    room.nbgrader("generate_feedback", TRACK)
    page = room.feedback("ann", NAME)
    assert "the variance of a dot product" in page and "q @ k" in page and "5.0" in page
    assert Dangers.of(page) == Dangers.of(room.feedback("bob", NAME))


class Formgrader:
    """The formgrader as its own pages ask it."""

    def __init__(self, jupyter):
        self.jupyter = jupyter

    def ask(self, path, method="GET", **data):
        header = {"Authorization": f"token {self.jupyter.token}", "Content-Type": "application/json"}
        address, body = f"{self.jupyter.address}/formgrader/{path}", json.dumps(data).encode() if data else None
        request = urllib.request.Request(address, body, header, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def all(self):
        """Submission and grade, by their ids."""
        found = json.loads(self.ask(f"api/submitted_notebooks/{TRACK}/{NAME}"))
        return [
            (one["id"], json.loads(self.ask(f"api/grades?submission_id={one['id']}"))) for one in found if one["id"]
        ]

    def ungraded(self):
        ((submission, (grade,)),) = self.all()
        assert grade["needs_manual_grade"] and grade["auto_score"] is None and grade["max_score"] == 6.0
        return submission, grade["id"]

    def give(self, grade, score):
        self.ask(f"api/grade/{grade}", "PUT", manual_score=score, extra_credit=0)


def odd(change):
    def make(room):
        notebook = room.release(NAME)
        return change(notebook) or notebook

    return make


@pytest.mark.parametrize(
    ("make", "score", "words", "says"),
    [
        pytest.param(odd(lambda n: None), "0.0", "YOUR ANSWER HERE 请在此作答", "", id="untouched"),
        pytest.param(
            lambda room: b"{{{", "0.0", "YOUR ANSWER HERE 请在此作答", "no notebook that Jupyter", id="no notebook"
        ),
        pytest.param(
            odd(lambda n: n["cells"].append(markdown("in my own cell"))),
            "",
            "in my own cell",
            "the words in other cells are taken",
            id="in a cell of one's own",
        ),
        pytest.param(
            odd(lambda n: n.update(cells=[markdown("all anew"), code("1/0")])),
            "",
            "all anew",
            "is missing",
            id="all anew",
        ),
        pytest.param(
            odd(lambda n: n["cells"].__setitem__(1, code("words", **n["cells"][1]["metadata"]))),
            "",
            "words",
            "was turned into code",
            id="as code",
        ),
        pytest.param(
            odd(lambda n: answer(n).update(source="x" * 200_000)), "", "", "longer than 128 KiB", id="too long"
        ),
    ],
)
def test_odd_notebooks(room, make, score, words, says):
    """A person looks at whatever may be an answer; only what is none gets 0."""
    room.hand_in("ann", make(room), NAME)
    row = graded(room, "ann")
    assert row["score"] == score and row["status"] == ("graded" if score else "to grade by hand")
    assert own_words(room, "ann") == words
    room.nbgrader("generate_feedback", TRACK)
    assert says in room.feedback("ann", NAME)


def test_what_is_no_exercise(capsys, monkeypatch):
    """Nothing that grades by running trips over it."""
    monkeypatch.chdir(ROOT)
    assert main(["list"]) == 0 and TRACK not in capsys.readouterr().out
    assert main(["hint", NAME]) == 2 and "graded by a person" in capsys.readouterr().err
    assert main(["classroom", "gradescope", "--tracks", TRACK]) == 2
    assert "Choose another track" in capsys.readouterr().err


def test_init_writes_both(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    for arguments in ([], ["--force"]):
        assert main(["classroom", "init", str(tmp_path / "course"), "--tracks", TRACK, *arguments]) == 0
    assert sorted(one.stem for one in tmp_path.rglob("*.ipynb")) == ["the_four_stages", NAME]
    assert f"generate_assignment {TRACK}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("Why?\n- 2: because\n", "no model answer"),
        ("Why?\n### BEGIN SOLUTION\nso\n### END SOLUTION\n", "no rubric"),
    ],
    ids=["missing", "no answer", "no rubric"],
)
def test_a_question_in_another_form(tmp_path, text, says):
    written = Written("01_a/why", tmp_path)
    if text is not None:
        written.source.parent.mkdir(parents=True)
        written.source.write_text(text)
    with pytest.raises(UsageError, match=says) as error:
        Question.of(written)
    assert str(written.source) in str(error.value)


def test_course_toml(tmp_path):
    file = tmp_path / "course.toml"
    file.write_text('title = "t"\n[[tracks]]\nid = "01_a"\ntitle = "A"\nexercises = []\nwritten = "why"\n')
    with pytest.raises(UsageError, match="written = 'why' is not a list of names"):
        Course.load(tmp_path)
