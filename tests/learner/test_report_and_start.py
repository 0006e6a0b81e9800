"""The page of one's progress, and a folder to work in."""

import re
from datetime import date, datetime, timezone
from html.parser import HTMLParser

import pytest

from kata import language
from kata.cli import main
from kata.course import OWN, Course
from kata.learner.page import render, streak
from kata.learner.schedule import clock, schedule
from kata.learner.state import Progress, State

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
EMPTY = {"meta", "br", "link", "hr", "img", "input", "wbr"}


class Page(HTMLParser):
    """Fails on a tag that is not closed; notes tags, ids and attributes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words = [], [], ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def state(course):
    state = State(course.root, days=["2026-11-20", "2026-11-22", "2026-11-23"])
    when = "2026-11-01T12:00:00+00:00"
    state.exercises["01_one/double"] = Progress(
        "passed", 10.0, 10.0, 3, 1, when, when, 125.0, {"<b>not scaled</b>": "mended"}
    )
    state.exercises["01_one/again"] = Progress(
        "failed", 2.5, 10.0, 1, 0, when, "", 60.0, {"a factor is missing": "made"}
    )
    return state


def page(course, state):
    return render(course, state, schedule(course, state, NOW), NOW)


def test_the_page_says_it_all(course, state):
    found = Page(page(course, state))
    for words in (
        "1 of 3",
        "2026-11-23",
        "01_one/double",
        "3:05",
        "2:05",
        "not scaled",
        "mended",
        "open",
        "due",
        "2.5 / 10",
    ):
        assert words in found.words, words


def test_the_page_stands_alone(course, state):
    """No script, nothing fetched, nothing of a student's taken for HTML."""
    text = page(course, state)
    assert not re.search(r"<script|https?:|@import|url\(|\bsrc=|javascript:", text)
    assert "<b>not scaled" not in text and "&lt;b&gt;not scaled" in text


def test_the_page_can_be_read_aloud_and_by_keyboard(course, state):
    found = Page(page(course, state))
    assert found.all("html")[0]["lang"] == "en" and len(found.all("main")) == len(found.all("h1")) == 1
    ids = {attrs["id"] for _, attrs in found.tags if "id" in attrs}
    for _, attrs in found.tags:
        assert attrs.get("aria-labelledby", next(iter(ids))) in ids
        if attrs.get("role") == "region":
            assert attrs["tabindex"] == "0", "what may be scrolled can be reached by keyboard"
    assert all("scope" in attrs for attrs in found.all("th"))
    assert all("aria-labelledby" in attrs for attrs in found.all("progress"))


def test_the_colours_can_be_told_from_the_paper(course, state):
    """WCAG AA: 4.5 to 1, for every colour of text, in light, dark and print."""
    text = page(course, state)
    schemes = re.findall(r":root \{[^}]*--ink[^}]*\}", text)
    assert len(schemes) == 3 and "prefers-color-scheme: dark" in text and "@media print" in text
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#\w+)", scheme))
        for name in ("ink", "soft", "good", "open"):
            light, dark = sorted((_luminance(colours[name]), _luminance(colours["paper"])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, scheme)


def _luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_page_of_one_who_has_just_begun(course):
    assert "Nothing is passed yet" in Page(page(course, State(course.root))).words


@pytest.mark.parametrize(
    "days, count",
    [([], 0), (["2026-11-23"], 1), (["2026-11-21", "2026-11-22"], 2), (["2026-11-21"], 0), (["2026-11-21", "2026-11-23"], 1)],
)  # fmt: skip
def test_the_streak(days, count):
    assert streak(days, date(2026, 11, 23)) == count


@pytest.mark.parametrize("seconds, shown", [(5, "0:05"), (245.9, "4:05"), (3599, "59:59"), (3845, "1:04:05")])
def test_the_clock(seconds, shown):
    assert clock(seconds) == shown


def test_kata_report(course, state, capsys):
    state.save()
    assert main(["report"]) == 0 and "wrote kata-report.html" in capsys.readouterr().out
    assert main(["report", "-o", "kata-report.html"]) == 0, "its own page is written anew"
    (course.root / "mine.html").write_text("<p>mine</p>")
    assert main(["report", "-o", "mine.html"]) == 2
    assert (course.root / "mine.html").read_text() == "<p>mine</p>"
    assert "no report of kata's" in capsys.readouterr().err


def test_the_page_in_chinese(course, state):
    language.use("zh_CN")
    try:
        found = Page(page(course, state))
    finally:
        language.use("")
    assert found.all("html")[0]["lang"] == "zh-CN" and "犯过的与改正的错误" in found.words


# --- kata start


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder that has nothing to do with any course."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KATA_LANG")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    language.speak._of_the_folder.cache_clear()
    return tmp_path


def test_a_folder_to_work_in(elsewhere, monkeypatch, capsys):
    assert main(["start", "work", "--lang", "zh"]) == 0
    stubs = sorted((elsewhere / "work" / "exercises").rglob("*.py"))
    assert len(stubs) == len(Course.load(OWN).exercises)
    assert "把任意一行数变成概率" in (elsewhere / "work/exercises/01_tensors/softmax.py").read_text()
    monkeypatch.chdir(elsewhere / "work" / "exercises")
    course = Course.find()
    assert course.folder == (elsewhere / "work").resolve() and course.root == OWN
    capsys.readouterr()
    assert main(["list"]) == 0
    assert "未开始" in capsys.readouterr().out, "the folder remembers its language"
    assert main(["hint", "softmax"]) == 0
    assert State.load(elsewhere / "work").exercises["01_tensors/softmax"].hints == 1
    assert main(["reset", "softmax"]) == 0 and not (OWN / ".kata" / "backups" / "work").exists()


def test_starting_again_overwrites_nothing(elsewhere, capsys):
    assert main(["start", "work"]) == 0
    mine = elsewhere / "work" / "exercises" / "01_tensors" / "softmax.py"
    mine.write_text("mine")
    (elsewhere / "work" / "exercises" / "08_rlhf" / "reward_loss.py").unlink()
    assert main(["start", "work", "--lang", "zh"]) == 0
    assert mine.read_text() == "mine"
    out = capsys.readouterr().out
    assert "已在 work 放好 1 道练习" in out and "保持原样" in out


def test_graded_there_by_the_suite_itself(warm, elsewhere, monkeypatch, capsys):
    assert main(["start", "work"]) == 0
    solution = (OWN / "solutions" / "01_tensors" / "softmax.py").read_text()
    (elsewhere / "work" / "exercises" / "01_tensors" / "softmax.py").write_text(solution)
    monkeypatch.chdir(elsewhere / "work")
    assert main(["grade", "softmax", "--device", "cpu"]) == 0
    assert "10 / 10" in capsys.readouterr().out
    assert State.load(elsewhere / "work").exercises["01_tensors/softmax"].status == "passed"


@pytest.mark.parametrize(
    "argv, words",
    [(["work", "--lang", "tlh"], "Take one of: en, zh"), ([], "FOLDER"), (["there/is/a/file"], "cannot be written")],
    ids=["a language that is not there", "no folder", "onto a file"],
)
def test_what_cannot_be_started(elsewhere, capsys, argv, words):
    (elsewhere / "there").write_text("a file")
    assert main(["start", *argv]) == 2
    err = capsys.readouterr().err
    assert words in err and err.count("\n") <= 2


def test_a_course_is_no_place_to_start_in(course, capsys):
    assert main(["start", "."]) == 2
    assert "a course already" in capsys.readouterr().err
