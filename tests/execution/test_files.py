"""What a scenario sees of how a file is written, and the disk that fills up."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from kata.execution.files import full_disk, watching

NOTHING = {"overwritten": False, "removed": False, "renamed": False, "from_elsewhere": False, "unfinished": False}


def new(place, content=b"new"):
    place.write_bytes(content)
    return place


def in_place(path):
    path.write_bytes(b"new")


def appended(path):
    with path.open("ab") as file:
        file.write(b"new")


def copied(path):
    shutil.copyfile(new(path.with_name("draft")), path)


def after_a_removal(path):
    path.unlink()
    new(path.with_name("draft")).rename(path)


def after_a_renaming(path):
    path.rename(path.with_name("old"))
    new(path)


def from_elsewhere(path):
    with tempfile.TemporaryDirectory() as folder:
        shutil.move(new(Path(folder, "draft")), path)


def before_it_is_written(path):
    with path.with_name("draft").open("wb") as file:
        file.write(b"new")
        path.with_name("draft").replace(path)


def through_a_link(path):
    path.with_name("link").symlink_to(path)
    in_place(path.with_name("link"))


@pytest.mark.parametrize(
    "write, seen",
    [
        (in_place, "overwritten"),
        (appended, "overwritten"),
        (copied, "overwritten"),
        (through_a_link, "overwritten"),
        (after_a_removal, "removed"),
        (after_a_renaming, "renamed"),
        (from_elsewhere, "from_elsewhere"),
        (before_it_is_written, "unfinished"),
    ],
)
def test_ways_to_lose_a_file_are_seen(tmp_path, write, seen):
    with watching(new(tmp_path / "file", b"old")) as watched:
        write(tmp_path / "file")
    assert {name: getattr(watched, name) for name in NOTHING} == {**NOTHING, seen: True}


def as_bytes(one, other):
    os.replace(os.fsencode(one), os.fsencode(other))  # noqa: PTH105 - a Path has no bytes


@pytest.mark.parametrize("move", [os.replace, os.rename, as_bytes])
@pytest.mark.parametrize("below", ["", "workshop"])
def test_a_whole_file_moved_into_place_is_fine(tmp_path, monkeypatch, move, below):
    monkeypatch.chdir(tmp_path)
    Path("file").write_bytes(b"old")
    Path(below).mkdir(exist_ok=True)
    with watching("file") as watched:
        new(Path(below, "gone")).unlink()
        move(new(Path(below, "draft")), tmp_path / "file")
    assert {name: getattr(watched, name) for name in NOTHING} == NOTHING


def test_nothing_is_seen_of_what_comes_after(tmp_path):
    with watching(new(tmp_path / "file")) as watched:
        pass
    (tmp_path / "file").unlink()
    assert not watched.removed


def test_an_error_goes_through_and_is_forgotten(tmp_path):
    with pytest.raises(KeyError), watching(new(tmp_path / "file")):
        raise KeyError
    with watching(tmp_path / "file") as watched:
        new(tmp_path / "draft").replace(tmp_path / "file")
    assert not (watched.removed or watched.unfinished)


def test_a_full_disk_stops_a_file_where_it_is_full_and_no_longer(tmp_path):
    with pytest.raises(OSError, match="too large"), full_disk(100):
        new(tmp_path / "file", bytes(101))
    assert (tmp_path / "file").stat().st_size == 100
    assert new(tmp_path / "file", bytes(101)).stat().st_size == 101
