"""Saves are heard of wherever the files lie, and however they get there."""

import os
import queue

import pytest

from kata.learner.loop import saves
from kata.learner.loop.saves import Saves


@pytest.fixture
def listen(tmp_path, request):
    """Start to listen to a folder with one file, as `kata watch` does; what is heard comes in a queue."""
    started = []

    def listen(folder, watched=None):
        heard, file = queue.SimpleQueue(), folder / "01_a" / "one.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("before")
        listener = Saves(watched or folder, {(watched or folder) / "01_a" / "one.py": "one"}, heard.put)
        listener.__enter__()
        started.append(listener)
        return file, heard

    yield listen
    for listener in started:
        listener.__exit__()


def hears(heard):
    return heard.get(timeout=20) == ["one"]


@pytest.mark.parametrize("parent", ["exercises", ".venv/exercises", ".git/x/node_modules"])
def test_a_save(listen, tmp_path, parent):
    file, heard = listen(tmp_path / parent)
    file.write_text("after")
    assert hears(heard)
    new = file.with_name("new")
    new.write_text("renamed into place")
    new.replace(file)
    assert hears(heard)


def test_a_folder_that_is_a_link(listen, tmp_path):
    (tmp_path / "exercises").symlink_to(tmp_path / "cloud")
    file, heard = listen(tmp_path / "cloud", tmp_path / "exercises")
    file.write_text("after")
    assert hears(heard)


def test_a_folder_that_another_takes_the_place_of(listen, tmp_path):
    file, heard = listen(tmp_path / "exercises")
    (tmp_path / "exercises").rename(tmp_path / "old")
    file.parent.mkdir(parents=True)
    file.write_text("another one")
    assert hears(heard)
    while not heard.empty():
        heard.get()
    file.write_text("and saved there")
    assert hears(heard)


def test_without_a_watch(listen, tmp_path, monkeypatch):
    def none_left(*_, **__):
        raise OSError(24, "no inotify instance is left")

    monkeypatch.setattr(saves, "watch", none_left)
    file, heard = listen(tmp_path / "exercises")
    file.write_text("after")
    assert hears(heard)
    os.utime(file)
    assert hears(heard)
    file.unlink()
    assert hears(heard)
