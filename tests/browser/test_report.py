"""The page of `kata report` as a browser shows it: light and dark, on a desk and on a phone, on paper, read aloud."""

import base64
from datetime import datetime, timezone
from itertools import pairwise

import pytest

from kata.course import Course
from kata.learner.page import render
from kata.learner.schedule import schedule
from kata.learner.state import Progress, State
from tests.browser.chromium import Keys
from tests.conftest import ROOT

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
LONG = "the mask is added as numbers although it says which keys may be seen, and so nearly nothing is hidden"
WIDTHS = {"desktop": 1280, "phone": 360}  # a small phone: what fits there fits on all
PAPER = 680  # CSS pixels between the margins of A4


@pytest.fixture
def report(page, course, tmp_path):
    """The page of one who is in the middle of it, opened."""
    state, when = State(course.root, days=["2026-11-22", "2026-11-23"]), "2026-11-01T12:00:00+00:00"
    states = ["passed", "partial", "failed", "timed_out", "refused"]
    for n, exercise in enumerate(course.exercises[:20]):
        status = states[n % len(states)]
        mistakes = {LONG if n % 2 else "a factor is missing": "mended" if status == "passed" else "made"}
        passed = when if status == "passed" else ""
        state.exercises[exercise.id] = Progress(status, 2.5, 10.0, 12, 3, when, passed, 4000.0 * n, mistakes)
    file = tmp_path / "report.html"
    file.write_text(render(course, state, schedule(course, state, NOW), NOW), encoding="utf-8")
    page.open(file.as_uri())
    return page


def as_on(page, width=1280, scheme="light", media="screen"):
    page.tell("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
    page.tell("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])


def ask(page, script, *arguments):
    return page.driver.execute_script(script, *arguments)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_it_fits_the_screen(report, width, scheme):
    as_on(report, width, scheme)
    assert ask(report, "return document.documentElement.scrollWidth") <= width
    paper = ask(report, "return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    assert report.complaints() == []


def test_what_is_wider_than_a_phone_scrolls_by_keyboard(report):
    as_on(report, 200)  # as narrow as a phone on which the letters were made twice as large
    wide = ask(report, "return [...document.querySelectorAll('.wide')].find(e => e.scrollWidth > e.clientWidth)")
    ask(report, "arguments[0].focus()", wide)
    report.keys(Keys.ARROW_RIGHT)
    report.until(lambda: ask(report, "return arguments[0].scrollLeft > 0", wide))


def test_all_is_reached_by_keyboard(report, course):
    """In the order of the page, and one sees where one is."""
    stops = ask(
        report,
        "return [...document.querySelectorAll('[tabindex], a, button')].map(e => e.ariaLabelledByElements?.[0].id)",
    )
    tracks = [track.id for track in course.tracks if track.exercises]
    assert stops == ["due", "mistakes", *tracks]
    for stop in stops:
        report.keys(Keys.TAB)
        where = ask(report, "return document.activeElement.getAttribute('aria-labelledby')")
        outline = ask(report, "return getComputedStyle(document.activeElement).outline")
        assert where == stop and "solid" in outline and "3px" in outline


def test_it_is_printed_whole(report):
    """On paper nothing scrolls: what is wider than the sheet is lost."""
    as_on(report, PAPER, "dark", "print")
    cut = ask(
        report,
        "return [...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth).length",
    )
    assert cut == 0
    colours = ask(
        report, "return [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"], "black on white, whatever the screen has"
    pdf = base64.b64decode(
        report.tell("Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69)["data"]
    )
    sheets, exercises = pdf.count(b"/Type /Page\n"), len(Course.load(ROOT).exercises)
    assert pdf.startswith(b"%PDF") and 1 <= sheets <= 1 + exercises / 15, "a sheet holds some twenty exercises"


def test_it_is_read_aloud(report):
    """What a screen reader is told: a landmark, headings without a gap, names, and which heads a cell has."""
    nodes = [node for node in report.tell("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    by_role = {}
    for node in nodes:
        by_role.setdefault(node["role"]["value"], []).append(node)
    assert len(by_role["main"]) == 1
    levels = [level(node) for node in by_role["heading"]]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for role in ("heading", "region", "progressbar", "table", "columnheader", "rowheader"):
        assert by_role[role] and all(name(node) for node in by_role[role]), role
    assert len({name(node) for node in by_role["region"]}) == len(by_role["region"]) == len(by_role["table"])
    assert len(by_role["term"]) == len(by_role["definition"]) == 4
    rows = len(by_role["row"]) - len(by_role["table"])
    assert len(by_role["rowheader"]) == rows > 30
    assert "image" not in by_role and "img" not in by_role, "an image would need a text"


def level(node):
    return next(one["value"]["value"] for one in node["properties"] if one["name"] == "level")


def name(node):
    return node.get("name", {}).get("value", "")
