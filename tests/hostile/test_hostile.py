"""Every hostile submission, at every level this machine has: none scores, harms, outlives its grading, or reads what is
hidden. What each file tries is said in the file."""

import sys

import pytest

from kata.errors import JudgeError
from kata.judge.scoring import Job
from tests.conftest import ROOT
from tests.hostile.arena import (
    EVIDENCE,
    LEVELS,
    NO_GAIN,
    NO_SCORE,
    OF_ITS_OWN,
    SUBMISSIONS,
    UNSTOPPABLE,
    Arena,
    Ring,
    attacks,
    check_verdict,
)


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    arena = Arena(tmp_path_factory.mktemp("arena"))
    yield arena
    arena.close()


@pytest.fixture(scope="module", params=LEVELS)
def ring(arena, request):
    try:
        ring = Ring(arena, request.param)
    except JudgeError as error:
        pytest.skip(str(error))
    yield ring
    ring.close()


@pytest.mark.parametrize("attack", attacks(), ids=str)
def test_a_hostile_submission(ring, attack):
    if ring.level not in attack.levels:
        pytest.skip(f"level {ring.level} makes no promise about it")
    verdict = ring.verdict(attack)
    check_verdict(verdict)
    (exercise,) = verdict.exercises
    assert exercise.score is not None, exercise
    if attack.expected == NO_SCORE:
        assert exercise.score == 0, exercise
        assert exercise.status in (attack.statuses or OF_ITS_OWN), exercise


@pytest.fixture
def handed_in(arena, tmp_path):
    """A folder laid out like exercises/, and the place in it where the exercise's file belongs."""
    place = tmp_path / "handed_in" / "01_tensors" / "softmax.py"
    place.parent.mkdir(parents=True)
    return place


def grade_file(ring, file):
    (verdict,) = ring.judge.grade([ring.arena.exercise], [Job("x", {ring.arena.exercise.id: file})], seed=1)
    check_verdict(verdict)
    (exercise,) = verdict.exercises
    return exercise


@pytest.fixture(scope="module")
def one_ring(arena):
    ring = Ring(arena, "")
    yield ring
    ring.close()


def test_a_link_to_the_solution_is_no_submission(one_ring, handed_in):
    handed_in.symlink_to(one_ring.arena.exercise.solution)
    assert grade_file(one_ring, handed_in).status == "broken"
    handed_in.unlink()
    handed_in.parent.rmdir()
    handed_in.parent.symlink_to(one_ring.arena.exercise.solution.parent)
    verdict = grade_file(one_ring, handed_in)
    assert (verdict.status, verdict.score) == ("broken", 0)


def test_a_link_to_a_file_of_the_judge_shows_nothing_of_it(one_ring, handed_in):
    handed_in.symlink_to(one_ring.arena.secret)
    verdict = grade_file(one_ring, handed_in)
    assert verdict.score == 0
    assert one_ring.arena.token not in str(verdict)


def test_a_link_within_what_was_handed_in_is_followed(one_ring, handed_in):
    (handed_in.parent / "mine.py").write_text(one_ring.right)
    handed_in.symlink_to("mine.py")
    assert grade_file(one_ring, handed_in).status == "passed"


@pytest.mark.parametrize(
    "text", [b"#" * 2**20, b"x = '" + b"\x01" * 170_000 + b"'", b"\xff\xfe", b"x = 1\x00", b"\xef\xbb\xbf\x1a"]
)
def test_odd_files_are_read_or_refused(one_ring, handed_in, text):
    handed_in.write_bytes(text)
    verdict = grade_file(one_ring, handed_in)
    assert verdict.score == 0 and verdict.status in OF_ITS_OWN, verdict


def test_a_file_without_an_end_is_not_read_to_it(one_ring, handed_in):
    with handed_in.open("wb") as file:
        file.truncate(2**40)
    verdict = grade_file(one_ring, handed_in)
    assert (verdict.status, verdict.score) == ("broken", 0)


def test_a_class_is_graded_in_parallel_with_hostile_ones_in_it(one_ring):
    names = ["exit_os_exit", "frame_junk", "bomb_memory_list", "lie_nan", "forbidden_by_alias", "text_escape_codes"]
    sources = [one_ring.arena.aimed((SUBMISSIONS / f"{name}.py").read_text(encoding="utf-8")) for name in names]
    mixed = [source for pair in zip(sources, [one_ring.right] * len(sources), strict=True) for source in pair]
    verdicts = one_ring.arena.grade(one_ring.judge, mixed, processes=2)
    assert [verdict.passed for verdict in verdicts] == [False, True] * len(sources)
    assert [verdict.score for verdict in verdicts[::2]] == [0] * len(sources)


@pytest.mark.skipif(sys.platform != "linux", reason="what they look at is Linux's")
def test_they_have_teeth(arena):
    """Where nothing stops them they find what they look for: so it means something that elsewhere they do not."""
    names = ["look_at_other_processes", "look_at_the_machine", "socket_families", "socket_on_the_line"]
    ring = Ring(arena, "none")
    try:
        sources = [arena.aimed((SUBMISSIONS / f"{name}.py").read_text(encoding="utf-8")) for name in names]
        for name, verdict in zip(names, arena.grade(ring.judge, sources), strict=True):
            assert EVIDENCE in verdict.exercises[0].printed, name
    finally:
        ring.close()
        arena.calls.clear()


def test_what_cannot_be_stopped_is_written_down():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert [str(attack) for attack in attacks() if attack.expected == UNSTOPPABLE and str(attack) not in text] == []


def test_every_file_says_what_it_is():
    found = attacks()
    assert len(found) >= 80
    for attack in found:
        assert attack.expected in (NO_SCORE, NO_GAIN, UNSTOPPABLE), attack
        assert set(attack.levels) <= set(LEVELS), attack
        assert "Success: " in attack.says, attack


def test_every_file_is_here():
    assert {path.suffix for path in SUBMISSIONS.iterdir() if path.is_file()} == {".py"}
