"""Progress is kept whole, survives a torn file, and never stands in the way of grading."""

import json
import multiprocessing
import threading

import pytest

from kata.course import Course
from kata.errors import UsageError
from kata.files import back_up, check_writable, write_atomically
from kata.learner.state import Progress, State
from kata.verdict import ExerciseVerdict

COURSE = 'title = "t"\n[[tracks]]\nid = "01_a"\ntitle = "A"\nexercises = ["one", "two"]\n'


def verdict(name, status, score, max_score=10.0):
    return ExerciseVerdict(f"01_a/{name}", status, score, max_score, 0.1)


@pytest.fixture
def here(tmp_path):
    (tmp_path / "course.toml").write_text(COURSE)
    return Course.load(tmp_path)


def test_what_is_saved_is_loaded(here):
    state = State.load(here.root)
    assert state.exercises == {}
    state.record([verdict("one", "partial", 7.5)])
    state.of(here.exercises[1]).hints = 2
    state.save()
    again = State.load(here.root)
    assert again.exercises == state.exercises
    assert again.of(here.exercises[0]).graded_at.endswith("+00:00")
    assert json.loads(again.path.read_text())["version"] == 2
    assert [path.name for path in again.path.parent.iterdir()] == ["state.json"], "nothing is left lying about"


def write_twenty(root, who):
    for number in range(20):
        state = State.load(root)
        state.exercises[f"01_a/{who}_{number}"] = Progress(status="passed")
        state.of(Course.load(root).exercises[0]).attempts += 1
        state.save()


def test_two_processes_at_once_lose_nothing(here):
    State(here.root).save()
    fork = multiprocessing.get_context("fork")
    both = [fork.Process(target=write_twenty, args=(here.root, who)) for who in "ab"]
    for process in both:
        process.start()
    for process in both:
        process.join()
    state = State.load(here.root)
    assert len(state.exercises) == 41 and state.of(here.exercises[0]).attempts == 40


def test_what_another_process_saved_meanwhile_is_kept(here):
    State(here.root, {"01_a/one": Progress(attempts=2)}, language="en").save()
    loop, grading = State.load(here.root), State.load(here.root)
    loop.of(here.exercises[0]).hints = 2
    loop.of(here.exercises[0]).mistakes = {"a": "made"}
    loop.language = "zh_CN"
    grading.record([verdict("one", "passed", 10.0)])
    grading.of(here.exercises[0]).mistakes = {"b": "mended"}
    loop.of(here.exercises[0]).drills, grading.of(here.exercises[0]).drills = [{"of": "loop"}], [{"of": "grading"}]
    grading.save()
    loop.save()
    one, state = State.load(here.root).of(here.exercises[0]), State.load(here.root)
    assert (one.status, one.attempts, one.hints, state.language) == ("passed", 3, 2, "zh_CN")
    assert one.mistakes == {"a": "made", "b": "mended"} and state.days
    assert one.drills == [{"of": "grading"}, {"of": "loop"}]


def test_what_could_not_be_written_is_saved_the_next_time(here, monkeypatch, capsys):
    state = State.load(here.root)
    state.of(here.exercises[0]).hints = 1

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kata.learner.state.write_atomically", full)
        state.save()
    assert "progress is not kept" in capsys.readouterr().err
    state.save()
    assert State.load(here.root).of(here.exercises[0]).hints == 1


def test_attempts_count_what_was_written(here):
    state = State(here.root)
    for status, score in (("not_started", 0.0), ("failed", 0.0), ("passed", 10.0)):
        state.record([verdict("one", status, score)])
    progress = state.of(here.exercises[0])
    assert (progress.attempts, progress.status, progress.score, progress.max_score) == (2, "passed", 10.0, 10.0)


def test_hints_outlive_a_grading(here):
    state = State(here.root)
    state.of(here.exercises[0]).hints = 1
    state.record([verdict("one", "passed", 10.0)])
    assert state.of(here.exercises[0]).hints == 1


def test_what_is_not_graded_changes_nothing(here):
    state = State(here.root, {"01_a/one": Progress("passed", 10.0, 10.0, 1)})
    state.record([verdict("one", "ungraded", None)])
    assert state.passed(here.exercises[0])


def test_on_several_devices_the_worst_counts_as_one_attempt(here):
    state = State(here.root)
    state.record([verdict("one", "passed", 10.0), verdict("one", "failed", 0.0)])
    state.record([verdict("two", "failed", 0.0), verdict("two", "passed", 10.0)])
    assert [state.of(e).status for e in here.exercises] == ["failed", "failed"]
    assert [state.of(e).attempts for e in here.exercises] == [1, 1]


def test_next_is_the_first_not_passed(here):
    state = State(here.root)
    assert state.next(here) == here.exercises[0]
    state.record([verdict("one", "passed", 10.0)])
    assert state.next(here) == here.exercises[1]
    state.record([verdict("two", "passed", 10.0)])
    assert state.next(here) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b'{"version": 1, "exerc',
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"version": 0, "exercises": {}}',
        b'{"version": 1, "exercises": []}',
        b'{"version": 1, "exercises": {"a/b": 3}}',
        b'{"version": 1, "exercises": {"a/b": {"status": "passed", "unknown": 1}}}',
        b'{"version": 1, "exercises": {"a/b": {"status": "splendid"}}}',
        b'{"version": 1, "exercises": {"a/b": {"hints": "many"}}}',
        b'{"version": 1, "exercises": {"a/b": {"attempts": true}}}',
        b'{"version": 1, "exercises": {"a/b": {"score": "1"}}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside(here, capsys, text):
    path = State(here.root).path
    path.parent.mkdir()
    path.write_bytes(text)
    state = State.load(here.root)
    assert state.exercises == {}
    warning = capsys.readouterr().err
    assert warning.count("\n") == 1 and str(path) in warning and "Traceback" not in warning
    (aside,) = path.parent.iterdir()
    assert aside.name in warning and aside.read_bytes() == text
    state.save()
    assert State.load(here.root).exercises == {}


def test_a_folder_that_cannot_be_written_costs_a_warning(here, capsys):
    (here.root / ".kata").write_text("a file where the folder should be")
    state = State.load(here.root)
    state.record([verdict("one", "passed", 10.0)])
    state.save()
    warning = capsys.readouterr().err
    assert "progress is not kept" in warning and warning.count("\n") == 1


def test_a_state_that_is_a_folder_costs_a_warning(here, capsys):
    State(here.root).path.mkdir(parents=True)
    State.load(here.root).save()
    assert capsys.readouterr().err.count("warning") == 2


def test_a_reader_never_sees_half_a_file(tmp_path):
    path, texts, seen = tmp_path / "file", ["a" * 200_000, "b" * 100_000], set()
    write_atomically(path, texts[0])
    done = threading.Event()

    def read():
        while not done.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for count in range(60):
        write_atomically(path, texts[count % 2])
    done.set()
    reader.join()
    assert seen <= set(texts)


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("before")

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "after")
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


def test_writing_keeps_links_modes_and_devices(tmp_path):
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)
    write_atomically(link, "after \ud800")
    assert link.is_symlink() and path.read_text() == "after ?" and path.stat().st_mode & 0o777 == 0o640
    write_atomically(type(path)("/dev/null"), "gone")
    assert type(path)("/dev/null").is_char_device()


def test_what_cannot_be_written_is_found_out_before(tmp_path):
    check_writable(tmp_path / "new.txt")
    with pytest.raises(UsageError, match="no folder"):
        check_writable(tmp_path / "none" / "new.txt")
    with pytest.raises(UsageError, match="is a folder"):
        check_writable(tmp_path)


def test_backups_never_overwrite_each_other(tmp_path):
    file, folder = tmp_path / "softmax.py", tmp_path / "backups"
    kept = []
    for count in range(5):
        file.write_text(str(count))
        kept.append(back_up(file, folder))
    assert [path.read_text() for path in kept] == ["0", "1", "2", "3", "4"]
    assert all(path.name.startswith("softmax.") and path.name.endswith(".bak.py") for path in kept)
