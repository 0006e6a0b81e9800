"""Spaced repetition: when an exercise comes back, as what, and how a repetition is rated."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from fsrs import Rating

from kata.cli import main
from kata.course import Course
from kata.learner.schedule import fair_seconds, rate, recall_stub, review, running, schedule
from kata.learner.state import Progress, State
from kata.verdict import ExerciseVerdict
from tests.learner.conftest import RIGHT, WRONG

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def days(since, due):
    return round((due - since) / timedelta(days=1))


@pytest.fixture
def passed(course):
    """The state after `double` was passed at the first attempt, three days ago."""
    state = State(course.root)
    when = (datetime.now(timezone.utc) - timedelta(days=3)).isoformat(timespec="seconds")
    state.exercises["01_one/double"] = Progress("passed", 10.0, 10.0, 1, 0, when, when)
    state.save()
    return state


@pytest.mark.parametrize(
    "attempts, hints, seconds, gave_up, rating",
    [
        (1, 0, 30, False, Rating.Easy),
        (1, 0, 80, False, Rating.Good),
        (2, 0, 30, False, Rating.Good),
        (3, 0, 150, False, Rating.Good),
        (4, 0, 30, False, Rating.Hard),
        (1, 1, 30, False, Rating.Hard),
        (1, 0, 250, False, Rating.Hard),
        (1, 0, 30, True, Rating.Again),
    ],
)
def test_the_rating(attempts, hints, seconds, gave_up, rating):
    assert rate(attempts, hints, seconds, fair=100.0, gave_up=gave_up) == rating


def test_what_is_known_well_comes_back_later():
    waits = []
    for rating in (Rating.Again, Rating.Hard, Rating.Good, Rating.Easy):
        progress = Progress("passed", passed_at=NOW.isoformat())
        waits.append(days(NOW, review(progress, rating, NOW + timedelta(days=2))))
    assert waits == sorted(set(waits)) and waits[0] >= 3 and waits[-1] <= 60


def test_only_what_was_passed_is_scheduled_and_what_is_broken_since_stays(course, passed):
    passed.exercises["01_one/again"] = Progress("failed", attempts=1)
    passed.exercises["01_one/double"].status = "failed"
    assert [due.exercise.name for due in schedule(course, passed, NOW)] == ["double"]


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=-1), timedelta(days=4000)], ids=str)
def test_a_clock_that_jumps(course, jump):
    """Set back, what was due in days still is. Set ahead and back again, nothing is put off for years."""
    state = State(course.root)
    state.exercises["01_one/double"] = Progress("passed", passed_at=NOW.isoformat())
    (before,) = schedule(course, state, NOW)
    wait = before.at - NOW
    (jumped,) = schedule(course, state, NOW + jump)
    assert jumped.at - (NOW + jump) <= wait
    review(state.exercises["01_one/double"], Rating.Good, NOW + jump)
    (back,) = schedule(course, state, NOW)
    assert back.at - NOW < timedelta(days=400)
    review(state.exercises["01_one/double"], Rating.Good, NOW)


@pytest.mark.parametrize("card", [{"due": "soon"}, {"card_id": None}, {}, {"stability": -1}], ids=str)
def test_a_card_that_no_one_can_read_is_drawn_anew(course, passed, card):
    passed.exercises["01_one/double"].card = card
    assert schedule(course, passed, NOW)


def test_a_stub_to_recall_has_the_signature_and_a_line(course):
    for exercise in Course.find().exercises:
        text = recall_stub(exercise.solution.read_text())
        compile(text, "recall.py", "exec")
        assert "$$" not in text and ">>>" not in text and "raise NotImplementedError" in text


def test_fair_seconds_grow_with_the_reference(course):
    assert fair_seconds(course.exercises[0]) == 90.0
    course.exercises[0].solution.unlink()
    assert fair_seconds(course.exercises[0]) == 600.0


def test_a_drill_is_gone_on_with_where_it_was_left():
    progress = Progress()
    first = running(progress, NOW)
    assert running(progress, NOW + timedelta(hours=1)) is first
    first["rating"] = "good"
    assert running(progress, NOW + timedelta(hours=1)) is not first and len(progress.drills) == 2
    assert progress.drills[0]["seed"] != progress.drills[1]["seed"]


def test_what_is_said_without_a_terminal(course, passed, capsys):
    assert main(["drill"]) == 0
    assert "01_one/double" in capsys.readouterr().out
    assert main(["drill", "again"]) == 2
    assert "not passed yet" in capsys.readouterr().err


def test_a_drill(terminal, save, course, passed):
    """From memory: a wrong try, a hint, a right one. What was written before stays, and so does this."""
    save(0, RIGHT)
    earlier = course.exercises[0].stub.read_text()
    seen = terminal("drill")
    seen.sees("01_one/double", "From memory", "drill/01_one/double.py", "0:0[1-9] of 1:30")
    file = course.root / "drill" / "01_one" / "double.py"
    assert "What it is and where" not in file.read_text() and "What comes back, in a line." in file.read_text()
    file.write_text(WRONG.format(name="double"))
    seen.sees("failed")
    seen.press("h").sees("Hint 1 of 3")
    file.write_text(RIGHT.format(name="double"))
    seen.sees("attempts: 2, hints: 1: hard", "It comes back on 20", "Yours is kept")
    seen.press("n").sees("Nothing more is due")
    seen.press("q")
    assert seen.ends() == 0
    assert not file.exists() and course.exercises[0].stub.read_text() == earlier
    assert [kept.name[:7] for kept in (course.root / ".kata" / "backups" / "drill").rglob("*.py")] == ["double."]
    progress = State.load(course.root).exercises["01_one/double"]
    (entry,) = progress.drills
    assert (entry["attempts"], entry["hints"], entry["rating"]) == (2, 1, "hard") and entry["seconds"] > 0
    assert progress.status == "passed" and progress.attempts == 1, "a drill is no grading of exercises/"
    assert schedule(course, State.load(course.root), datetime.now(timezone.utc))[0].at > datetime.now(timezone.utc)


def test_other_shapes_are_tried_in_a_drill(terminal, save, course, passed):
    """What is right for the shapes of an ordinary grading alone passes there, and its author is told what for it fails."""
    two_axes = "def {name}(x):\n    rows, columns = x.shape if x.dim() > 1 else (1, len(x))\n    return x + x\n"
    save(0, two_axes)
    assert main(["grade", "double"]) == 0
    seen = terminal("drill")
    seen.sees(r"other\s+shapes")
    (course.root / "drill" / "01_one" / "double.py").write_text(two_axes.format(name="double"))
    seen.sees("partial", r"values\[three axes\]", "ValueError.*line 2", r"for x: float32 \(2, 3, 2\)", "> ")
    assert " / 10" not in seen.drawn() and "(0 of" not in seen.drawn(), "points, which other cases take a share of"
    seen.press("q")
    assert seen.ends() == 0


# --- the state, which all of this is kept in


def test_a_state_of_version_1_is_read_as_it_is(course):
    file = course.root / ".kata" / "state.json"
    file.parent.mkdir()
    entry = {"status": "passed", "score": 10.0, "max_score": 10.0, "attempts": 3, "hints": 1, "graded_at": "2026-01-01"}
    file.write_text(json.dumps({"version": 1, "exercises": {"01_one/double": entry}}))
    state = State.load(course.root)
    assert state.passed(course.exercises[0]) and schedule(course, state, NOW)
    state.save()
    assert json.loads(file.read_text())["version"] == 2 and list(file.parent.iterdir()) == [file]


def test_a_state_of_a_later_version_is_left_alone(course, capsys):
    file = course.root / ".kata" / "state.json"
    file.parent.mkdir()
    later = json.dumps({"version": 3, "exercises": {"x": {"new": 1}}})
    file.write_text(later)
    state = State.load(course.root)
    state.record([ExerciseVerdict("01_one/double", "passed", 10.0, 10.0, 0.1)])
    state.save()
    assert file.read_text() == later and "later version" in capsys.readouterr().err


@pytest.mark.parametrize("size", [0, 1, 40, 300])
def test_a_torn_state_is_set_aside_whole(course, passed, size, capsys):
    data = passed.path.read_bytes()
    passed.path.write_bytes(data[:size])
    assert State.load(course.root).exercises == {}
    (aside,) = passed.path.parent.glob("*.damaged.json")
    assert aside.read_bytes() == data[:size] and "damaged" in capsys.readouterr().err


def test_a_mistake_is_made_and_mended():
    from kata.verdict import TestVerdict

    state = State(None)

    def record(status, *mistakes):
        tests = [TestVerdict("t", status, 0.0, 1.0, mistake=name) for name in mistakes]
        state.record([ExerciseVerdict("a/b", status, 0.0, 1.0, 0.1, tests)], seconds=10.0)
        return state.exercises["a/b"].mistakes

    assert record("failed", "not scaled") == {"not scaled": "made"}
    assert record("broken") == {"not scaled": "made"}
    assert record("partial", "masked") == {"not scaled": "mended", "masked": "made"}
    assert record("passed") == {"not scaled": "mended", "masked": "mended"}
    assert state.exercises["a/b"].seconds == 40.0
