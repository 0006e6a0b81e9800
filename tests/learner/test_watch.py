"""The loop in a real terminal: what a learner does in it, and what goes wrong there."""

import os
import re
import signal
import threading
import time

from kata.cli import main
from kata.learner.state import State
from tests.learner.conftest import ENDLESS, RIGHT, WRONG


def test_a_sitting(terminal, save, course):
    """Start, save wrong, save right, hint, list, resize, next, reset, Ctrl-C: one process, as it is used."""
    seen = terminal(after="; echo status $?; stty -a")
    seen.sees("Three katas", r"\[-+\] 0 of 3 passed", "01_one/double", "n next", "q quit")
    seen.sees("not started")
    save(0, WRONG)
    seen.sees("failed", "off, by up to", "q quit")
    seen.press("h").sees("Hint 1 of 3: A question")
    seen.press("h").sees("Hint 2 of 3: Where the formula")
    save(0, RIGHT, by="renaming")
    seen.sees("1 of 3 passed", "passed  10 / 10")
    seen.press("l").sees("  > passed", "not started +again")
    seen.child.setwinsize(24, 40)
    seen.sees("n h d l r c q > ")
    seen.child.setwinsize(24, 100)
    seen.sees("q quit > ")
    seen.press("n").sees("01_one/again", "not started")
    save(1, WRONG)
    seen.sees("failed")
    seen.press("r").sees("Press r once more")
    assert "* 3" in course.exercises[1].stub.read_text(), "one press does nothing yet"
    seen.press("r").sees("Yours is kept: .*again.*bak.py")
    seen.child.sendintr()
    seen.sees("status 0", " icanon ", " echo ")  # the terminal is left as it was
    assert "raise NotImplementedError" in course.exercises[1].stub.read_text()
    kept = list((course.root / ".kata" / "backups").rglob("again*"))
    assert len(kept) == 1 and "* 3" in kept[0].read_text()
    progress = State.load(course.root).of(course.exercises[0])
    assert (progress.status, progress.attempts, progress.hints) == ("passed", 2, 2)
    assert progress.mistakes == {} and progress.passed_at and State.load(course.root).days


def test_what_is_pasted_is_no_key(terminal, save, course):
    """As a terminal marks it, in two parts, and as one does that marks nothing; `r` is among the letters, twice."""
    seen = terminal("watch")
    seen.sees("not started", "q quit > ")
    save(0, WRONG)
    seen.sees("failed")
    for pasted in ("\x1b[200~error\nr\nq\n\x1b[201~", "\x1b[200~err", "or\x1b[201~", "a = x - y  # error\n"):
        seen.child.send(pasted)
        time.sleep(0.2)
    assert "* 3" in course.exercises[0].stub.read_text()
    seen.press("h").sees("Hint 1 of 3")  # keys are keys again
    seen.press("r").sees("Press r once more")
    seen.press("x").press("r").sees("Press r once more")  # only the very next key answers
    assert "* 3" in course.exercises[0].stub.read_text()
    seen.child.sendintr()
    assert seen.ends() is not None


def test_two_saves_at_once_and_files_that_loop_or_are_gone(terminal, save, course):
    seen = terminal("watch")
    seen.sees("not started")
    save(1, RIGHT)
    save(2, WRONG)
    seen.sees("01_one/again", "passed")
    save(0, WRONG)
    save(0, RIGHT)
    seen.sees(r"2 of 3 passed", "01_one/double  passed")
    seen.press("c").sees("passed .*10 / 10 .*double", "failed .*third")
    # A loop that never ends, and a stub that is deleted.
    save(0, ENDLESS)
    seen.sees("grading")
    seen.press("h").sees("Hint 1 of 3")  # keys are answered while it runs
    save(0, RIGHT)
    seen.sees("2 of 3 passed")
    course.exercises[0].stub.unlink()
    seen.sees("double.py is missing. Press r")
    seen.press("r").sees("not started")
    assert course.exercises[0].stub.is_file()
    save(0, ENDLESS)
    seen.sees("grading")
    start = time.monotonic()
    seen.press("q")
    assert seen.ends() == 0
    assert time.monotonic() - start < 5, "a grading that goes on holds up no one who leaves"


def test_never_more_than_fits_and_no_colour(terminal, save):
    """A screen that scrolls would begin in its middle: count what one drawing writes."""
    seen = terminal(columns=200, lines=12, NO_COLOR="1")
    seen.sees("not started", "q quit > ")
    save(0, WRONG)
    seen.sees("failed", "more lines", "q quit > ")
    assert seen.drawn().count("\n") < 12
    seen.child.setwinsize(8, 20)
    seen.sees("more lines", "n h d l r c q > ")
    assert seen.drawn().count("\n") < 8
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", seen.child.raw)


def test_in_a_pipe_it_says_where_you_are(course, capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "0 of 3 passed" in out and "next    01_one/double" in out and "\x1b" not in out


def test_watching_in_a_pipe(warm, course, save, capsys):
    def save_and_stop():
        end = time.monotonic() + 30
        while time.monotonic() < end and not State.load(course.root).passed(course.exercises[0]):
            save(0, RIGHT)  # again and again: what was saved before the watch began is no save
            time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=save_and_stop)
    thread.start()
    assert main(["watch"]) == 0
    thread.join()
    said = capsys.readouterr().out
    assert "Watching 3 exercises" in said
    assert "total 10 / 10" in said and "\x1b" not in said
