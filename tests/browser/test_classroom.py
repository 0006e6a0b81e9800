"""A notebook's whole way in a browser: released, written, checked, handed in, graded, read by its writer.

The instructor has the formgrader, and the student JupyterLab with nbgrader's extension; each has a server of his own,
and between them is nothing but the exchange.
"""

import getpass

import pytest

from kata.classroom.nbgrader.init import write_course
from kata.classroom.nbgrader.source_notebook import without_statement
from tests.browser.chromium import Keys
from tests.classroom.jupyter import server
from tests.classroom.room import Room

CELL = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell:has(.cm-content)"
TRACK = "01_tensors"


@pytest.fixture
def servers(course, tmp_path):
    """The instructor's and the student's."""
    folder, exchange = tmp_path / "course", tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    shared = f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\n"
    write_course(course, course.select(["softmax"]), folder, force=False)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(shared.partition("\n")[2])
    with (
        server(folder, tmp_path / "instructor") as instructor,
        server(tmp_path / "notebooks", tmp_path / "student", shared) as student,
    ):
        yield instructor, student


@pytest.mark.timeout(600)  # the waits for two servers, a kernel and a judge, each of which may be slow
def test_from_release_to_feedback(page, servers, course):
    instructor, student = servers
    (softmax,) = course.select(["softmax"])
    right = without_statement(softmax.solution.read_text(encoding="utf-8"))
    wrong = right.replace("dim, keepdim", "-1, keepdim")
    assert wrong != right
    page.open(instructor.at("formgrader"))
    for button in ("assign", "release"):  # the columns of the formgrader's table
        press(page, button)

    page.open(student.at("lab"))
    assignments(page)
    page.click("#released_assignments_list button", "Fetch")
    page.click("#fetched_assignments_list .assignment-notebooks-link", TRACK)
    page.click("#fetched_assignments_list .assignment-notebooks a", "softmax")
    solve_and_check(page, wrong)
    page.click(".lm-TabBar-tabLabel", "Assignments")
    page.click("#fetched_assignments_list button", "Submit")
    page.see("#submitted_assignments_list .list_item", TRACK)

    page.open(instructor.at("formgrader"))
    press(page, "collect")
    page.click("#main-table .num-submissions a", "1")
    for button in ("autograde", "generate-feedback", "release-feedback"):
        press(page, button)
    assert page.see("#main-table .score").text == "8.67 / 10"
    assert page.see("#main-table .status").text == "graded"
    page.open(instructor.at(f"files/feedback/{getpass.getuser()}/{TRACK}/softmax.html"))
    read_feedback(page)

    page.open(student.at("lab"))
    assignments(page)
    page.click("#submitted_assignments_list button", "Fetch Feedback")
    page.click("#submitted_assignments_list a", "view feedback")
    page.double_click(".jp-DirListing-item", "softmax.html")
    page.driver.switch_to.frame(page.see(".jp-HTMLViewer iframe"))
    read_feedback(page)


def press(page, column):
    """A button in a row of the formgrader's table; the row has it again when the server is done."""
    page.click(f"#main-table .{column} a")
    page.see(".modal-title", "Success")
    page.click(".modal-footer button", "OK")
    page.gone(".modal")


def assignments(page):
    choose(page, "open-assignment-list")
    page.see("#released_assignments_list")


def choose(page, command):
    """In JupyterLab's menu."""
    page.click("#jp-MainMenu .lm-MenuBar-itemLabel", "Nbgrader")
    page.click(f"#jp-mainmenu-nbgrader li[data-command='nbgrader:{command}']")


def solve_and_check(page, text):
    """Write into the cell that is for it, run it and the cell that checks, and save."""
    page.see(CELL, "raise NotImplementedError")
    page.replace(f"{CELL} .cm-content", text)
    page.keys(Keys.SHIFT, Keys.ENTER)
    page.click(f"{CELL} .cm-content", "kata.check")
    page.keys(Keys.SHIFT, Keys.ENTER)
    verdict = page.see(".jp-OutputArea .jp-RenderedHTML", "01_tensors/softmax").text
    assert "partial 8.67 / 10" in verdict and "the last axis whatever `dim` says" in verdict
    page.keys(Keys.CONTROL, "s")
    page.gone(".jp-mod-dirty")


def read_feedback(page):
    """The score, the words, and none of the hidden tests."""
    words = page.see("body", "softmax").text
    assert "Score: 8.67 / 10" in words and "the last axis whatever `dim` says" in words
    assert "HIDDEN TESTS" not in words and "not graded by kata" not in words


def test_a_person_grades_an_answer_in_words(page, course, tmp_path):
    """By the rubric, which stands under the answer in the formgrader."""
    (question, *_), track = next((track.written, track.id) for track in course.tracks if track.written)
    room = Room.open(tmp_path / "course", course, [question], track)
    room.hand_in("ann", room.answered("So that the softmax is *not* nearly one-hot.", question.name), question.name)
    room.nbgrader("autograde", track)
    with server(room.folder, tmp_path / "instructor") as instructor:
        page.open(instructor.at("lab"))
        choose(page, "open-formgrader")
        page.driver.switch_to.frame(page.see(".lm-DockPanel iframe"))
        page.click("a", "^Manual Grading$")
        for link in (track, question.name, "Submission #1"):
            page.click("#main-table a", link)
        page.see(".nbgrader_cell", "not nearly one-hot")
        page.see("#notebook-container", "the variance of a dot product")
        page.click("input.score")
        page.tell("Input.insertText", text="4")
        page.keys(Keys.TAB)
        page.until(lambda: room.exported()["ann"]["score"] == "4.0")
