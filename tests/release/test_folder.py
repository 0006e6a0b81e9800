"""What a student's copy holds, what it must not, and how it speaks."""

import json
import shutil
import subprocess
import sys
import zipfile

import pytest

from kata.course import Course, skeletons
from kata.course.answers import Answers
from kata.course.solution import REGION, stub
from kata.errors import JudgeError
from kata.judge.run import Judge
from kata.judge.texts import grade_sources
from kata.language.exercise import in_words
from kata.release.public import without
from tests.conftest import ROOT
from tests.release.conftest import CHOSEN, files_of, run_kata, run_make

HELD_BACK = {"solutions", "tests", "docs", "nbgrader_config.py"}
FIRST = CHOSEN[0]


@pytest.fixture
def copy(released, tmp_path):
    """One of one's own, to work in."""
    shutil.copytree(released.root, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__", ".kata"))
    return Course.load(tmp_path / "copy")


def test_everything_is_there(released):
    root = released.root
    for name in ("Makefile", "README.md", "README.zh-CN.md", "pyproject.toml", "setup.py", "LICENSE"):
        assert (root / name).is_file()
    assert len(list(root.glob("*.whl"))) == 1
    about = json.loads((root / "fixtures" / "expected" / "recorded.json").read_text())
    assert about["seeds"] == [0, 1, 2] and about["devices"] == ["cpu"] and about["torch"]
    assert not HELD_BACK & {path.name for path in root.iterdir()}
    targets = run_make(root, "help")
    assert "make grade" in targets and "make test" not in targets and "make release" not in targets
    size = sum(file.stat().st_size for file in files_of(root / "fixtures"))
    assert size < 10 << 20, "a copy is to be sent by mail"


def test_nothing_of_the_answers_is_in_it(live, released):
    """No line of a solution's region or of a variant, anywhere in the folder or the wheel."""
    (wheel,) = released.root.glob("*.whl")
    texts = {str(file.relative_to(released.root)): file.read_bytes() for file in files_of(released.root)}
    with zipfile.ZipFile(wheel) as archive:
        texts.update({f"wheel: {name}": archive.read(name) for name in archive.namelist()})
    assert not [name for name in texts if "solutions/" in name or "HIDDEN" in name]
    # The harness, its translations and what says how to set it up are the same for all; no exercise is solved in them.
    ours = {name: text for name, text in texts.items() if not _is_harness(name)}
    for exercise in live.exercises:
        secret = _lines_of_the_answers(exercise)
        assert len(secret) > 20
        for name, text in ours.items():
            found = [line for line in secret if line.encode() in text]
            assert not found, (exercise.id, name, found)


def _is_harness(name):
    return name.startswith(("kata/", "wheel: kata/")) and (ROOT / name.removeprefix("wheel: ")).is_file()


def _lines_of_the_answers(exercise):
    answers, solution = Answers.of(exercise), exercise.solution.read_text(encoding="utf-8")
    texts = [region["body"] for region in REGION.finditer(solution)]
    for variant in [*answers.also_right, *answers.mistakes, *answers.equivalents]:
        texts += [variant.was, variant.becomes, variant.body or ""]
    given = stub(solution)  # what a statement shows is no secret
    lines = {line.strip() for text in texts for line in text.splitlines()}
    return {line for line in lines if len(line) > 20 and line not in given}


def test_of_mistakes_students_get_names_and_hints(make_course):
    texts = [make("toy") for make in (skeletons.solution, skeletons.grader, skeletons.answers)]
    (toy,) = make_course(*texts).exercises
    toy.answers.write_text(Answers.of(toy).public(), encoding="utf-8")
    toy.solution.unlink()
    theirs = Answers.of(toy)
    assert (theirs.difficulty, theirs.minutes, len(theirs.hints)) == (1, 15, 3)
    assert theirs.also_right == theirs.equivalents == ()
    assert [(m.name, bool(m.hint), m.was, m.body) for m in theirs.mistakes] == [
        ("a factor is missing", True, "", None),
        ("has no gradient", True, "", None),
    ]


def test_hidden_tests_are_left_out():
    text = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc\n"
    assert without(text, "HIDDEN TESTS") == "a\nc\n"


def test_a_mark_without_its_other_is_refused():
    with pytest.raises(JudgeError, match="without the other"):
        without("a\n### BEGIN HIDDEN TESTS\nb\n", "HIDDEN TESTS")


def test_graded_in_the_copy_as_a_student_does(copy, live):
    (exercise,) = live.select([FIRST.id])
    assert "not started" in run_kata(copy.root, "grade", FIRST.name, expect=1)
    mistake = Answers.of(exercise).mistakes[0]
    (theirs,) = copy.select([FIRST.id])
    theirs.stub.write_text(mistake.of(exercise.solution.read_text()), encoding="utf-8")
    said = run_kata(copy.root, "grade", FIRST.name, expect=1)
    assert f"This looks like: {mistake.name}" in said and f"Hint: {mistake.hint}" in said
    theirs.stub.write_text(exercise.solution.read_text(), encoding="utf-8")
    said = run_kata(copy.root, "grade", FIRST.name, "--seed", "2", expect=0)
    assert "10 / 10" in said and "compare with the reference" not in said, "there is none to look at"


def test_make_grade(copy):
    """With an environment that is there already: to set one up takes the network."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", copy.root / ".venv"], check=True, timeout=120)
    (packages,) = (copy.root / ".venv").glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n")
    (copy.root / ".venv" / ".student").touch()
    assert "not started" in run_make(copy.root, "grade", f"ARGS={FIRST.name}")


def test_what_is_not_recorded_is_refused_by_name(copy):
    said = run_kata(copy.root, "grade", FIRST.name, "--seed", "3", expect=2)
    assert "recorded at the seeds 0, 1, 2, and none for --seed 3" in said
    assert "recorded on cpu, and none for --device cuda" in run_kata(copy.root, "grade", "--device", "cuda", expect=2)
    assert "种子" in run_kata(copy.root, "grade", "--seed", "3", expect=2, KATA_LANG="zh")


@pytest.mark.parametrize(
    "argv, words",
    [
        (["release"], "student's copy"),
        (["stubs"], "student's copy"),
        (["new", "01_tensors/more"], "student's copy"),
        (["classroom", "init", "class"], "student's copy"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_takes_solutions_says_so(released, argv, words):
    said = run_kata(released.root, *argv, expect=2)
    assert words in said and said.count("\n") <= 2


def test_what_works_without_solutions(copy):
    said = run_kata(copy.root, "doctor", expect=0)
    assert "no solutions, as in every student's copy" in said and "seeds 0, 1, 2, on cpu, with torch" in said
    (theirs,) = copy.select([FIRST.id])
    fresh = theirs.stub.read_bytes()
    theirs.stub.write_text("torn", encoding="utf-8")
    assert "back at its beginning" in run_kata(copy.root, "reset", FIRST.name, expect=0)
    assert theirs.stub.read_bytes() == fresh
    assert "Hint 1 of" in run_kata(copy.root, "hint", FIRST.name, expect=0)
    assert FIRST.id in run_kata(copy.root, "next", expect=0)
    (copy.root / "fixtures" / "expected" / FIRST.id / "1.kata").unlink()
    assert "recorded results are missing" in run_kata(copy.root, "doctor", expect=1)


def test_a_drill_takes_a_seed_that_is_recorded(released):
    from kata.course.recordings import seed_like
    from kata.learner.loop.drill import fresh

    assert {seed_like(released.root, seed) for seed in range(9)} == {1, 2}
    assert seed_like(ROOT, 1234) == 1234
    assert "raise NotImplementedError" in fresh(released.select([FIRST.id])[0])


def test_a_changed_grader_is_no_grade(copy):
    """What was recorded for other inputs is never taken for these."""
    (theirs,) = copy.select(["reward_loss"])
    theirs.grader.write_text(theirs.grader.read_text().replace("normal(", "uniform(", 1), encoding="utf-8")
    with Judge(copy, in_process=True) as judge:
        (verdict,) = grade_sources(judge, theirs, [theirs.stub.read_text()])
    assert verdict.score is None and verdict.status == "ungraded"
    assert any("are not those that were recorded" in test.message for test in verdict.tests)


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 100, b"x\x9c\x4b\x04\x00\x00\x62\x00\x62"], ids=["empty", "zeros", "text"]
)
def test_a_torn_recording_is_no_grade(copy, data):
    (copy.root / "fixtures" / "expected" / FIRST.id / "0.kata").write_bytes(data)
    said = run_kata(copy.root, "grade", FIRST.name, expect=3)
    assert "0.kata cannot be read" in said and "from where it came" in said


def test_where_it_may_be_put(live, copy, tmp_path):
    """Over an earlier release that nobody has worked in, and over nothing else."""
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    said = run_kata(live.root, "release", "--output", str(full), expect=2)
    assert "not empty, and no earlier release" in said and said.count("\n") <= 2
    assert "is a file" in run_kata(live.root, "release", "--output", str(full / "mine.txt"), expect=2)
    assert "not empty" in run_kata(live.root, "release", "--output", ".", expect=2), "never over the suite itself"
    assert "no translation for --lang fr" in run_kata(live.root, "release", "--lang", "fr", expect=2)
    (theirs,) = copy.select([FIRST.id])
    fresh = theirs.stub.read_text()
    theirs.stub.write_text("mine")
    assert "was worked in" in run_kata(live.root, "release", "--output", str(copy.root), expect=2)
    assert theirs.stub.read_text() == "mine" and (full / "mine.txt").read_text() == "mine"
    theirs.stub.write_text(fresh)


def test_what_has_not_changed_is_not_recorded_again(live, released, tmp_path):
    kept = live.root / ".kata" / "recordings"
    before = {file: file.stat().st_mtime_ns for file in files_of(kept)}
    assert len(before) == 3 * len(live.exercises)
    run_kata(live.root, "release", "--output", str(tmp_path / "again"), expect=0)
    assert {file: file.stat().st_mtime_ns for file in files_of(kept)} == before
    old, new = (
        {file.relative_to(root): file.read_bytes() for file in files_of(root / "fixtures")}
        for root in (released.root, tmp_path / "again")
    )
    assert old == new


def test_an_earlier_release_is_replaced(live, copy, monkeypatch):
    from kata.release import folder

    (copy.root / "old-1.0-py3-none-any.whl").write_text("old")
    (copy.root / "graders" / "gone.py").write_text("gone")
    (copy.root / ".venv").mkdir()
    theirs = copy.exercises[-1]
    theirs.stub.write_text(in_words(theirs, theirs.shipped.read_text(), "zh_CN"))  # as with --lang zh
    assert theirs.stub.read_bytes() != theirs.shipped.read_bytes()
    folder.check_place(copy.root)
    new = copy.root.with_name("new")
    shutil.copytree(copy.root, new, ignore=shutil.ignore_patterns("*.whl", ".venv", "gone.py"))
    folder.put(new, copy.root)
    assert not list(copy.root.glob("*.whl")) and not (copy.root / "graders" / "gone.py").exists()
    assert (copy.root / ".venv").is_dir() and (copy.root / "graders").is_dir()


def test_a_reference_that_does_not_pass_is_not_released(make_course, tmp_path):
    from kata.release.recorder import record

    course = make_course(skeletons.solution("toy").replace("x + x", "x * 3"), skeletons.grader("toy"))
    broken = course.exercises[0]
    text = broken.solution.read_text()
    broken.solution.write_text(text.replace("### BEGIN SOLUTION", "### BEGIN SOLUTION\n    raise ValueError"))
    with pytest.raises(JudgeError, match="the reference of 01_toy/toy is"):
        record(course, broken, 0, ["cpu"])
