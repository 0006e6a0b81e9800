"""A judge that goes on grading: what it keeps of one grading serves the next, and nothing stale does."""

import pytest

from kata.judge import collection
from kata.judge.run import Judge
from kata.judge.scoring import Job

SOLUTION = '''
"""Double it."""

def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
'''
GRADER = """
import pytest

from kata.grading import Case, normal

pytestmark = pytest.mark.exercise(points=10, seconds=5)


def call(impl, x):
    return impl.double(x)


CASES = [Case("a row", x=normal(3)), Case("a square", x=normal(2, 2)), Case("kept", x=normal(2, 1, 2), recall=True)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(call, case)
"""
RIGHT = "def double(x): return x + x"
WRONG = "def double(x): return x * x.ndim"  # right where there are two axes


@pytest.fixture
def toy(make_course):
    return make_course(SOLUTION, GRADER)


@pytest.fixture
def found(monkeypatch):
    """How often pytest looked for tests."""
    calls, main = [], collection.pytest.main
    monkeypatch.setattr(collection.pytest, "main", lambda *arguments: calls.append(1) or main(*arguments))
    return calls


@pytest.fixture
def grade(toy, judge, tmp_path):
    """The tests of sources, by one judge that goes on, held against what a judge of their own says."""
    (exercise,) = toy.exercises
    lasting = Judge(toy, judge.sandbox)

    def tests(*sources, **settings):
        files = [tmp_path / f"{number}.py" for number, _ in enumerate(sources)]
        for file, source in zip(files, sources, strict=True):
            file.write_text(source)
        verdicts, alone = (
            one.grade([exercise], [Job(file.name, {exercise.id: file}) for file in files], **settings)
            for one in (lasting, Judge(toy, judge.sandbox))
        )
        told = [verdict.exercises[0] for verdict in verdicts]
        assert [one.tests for one in told] == [verdict.exercises[0].tests for verdict in alone]
        return told

    return tests


def statuses(verdicts):
    return [[test.status for test in verdict.tests] for verdict in verdicts]


def test_tests_are_found_once_and_run_on_what_each_grading_is_of(grade, found):
    assert statuses(grade(WRONG)) == [["failed", "passed"]]
    assert statuses(grade(RIGHT, seed=1)) == [["passed", "passed"]]
    assert statuses(grade(WRONG, seed=2, enough=lambda job, test: True)) == [["failed"]]
    assert statuses(grade(WRONG, wanted=lambda job, test: test == "values[a square]")) == [["passed"]]
    assert len(found) == 1 + 4  # and each time by the judge beside it


def test_other_tests_are_found_anew(grade, toy):
    (exercise,) = toy.exercises
    grade(WRONG)
    assert statuses(grade(WRONG, recall=True)) == [["failed", "passed", "failed"]]
    assert statuses(grade(RIGHT, WRONG)) == [["passed", "passed"], ["failed", "passed"]]
    assert statuses(grade(WRONG, RIGHT)) == [["failed", "passed"], ["passed", "passed"]]
    for text, expected in (
        (GRADER.replace("a row", "a line"), "values[a line]"),
        ("import nothing_of_this_name", None),
        (GRADER, "values[a row]"),
    ):
        exercise.grader.write_text(text)
        (verdict,) = grade(WRONG)
        assert [test.name for test in verdict.tests][:1] == [expected] if expected else "nothing_of" in verdict.message


def test_where_the_judge_fails_the_last_grading_is_no_answer(grade, toy):
    grade(RIGHT)
    toy.exercises[0].solution.unlink()
    (verdict,) = grade(RIGHT, seed=1)  # asks for the reference anew
    assert verdict.status == "ungraded" and "is missing" in verdict.message and not verdict.tests


def test_a_mended_solution_is_the_reference_of_the_next_grading(grade, toy):
    (exercise,) = toy.exercises
    assert statuses(grade(RIGHT)) == [["passed", "passed"]]
    exercise.solution.write_text(SOLUTION.replace("2 * x", "3 * x"))
    assert statuses(grade(RIGHT)) == [["failed", "failed"]]


def test_each_file_that_decides_about_an_answer_is_in_the_digest(toy):
    (exercise,) = toy.exercises
    found = {exercise.digest}
    for file in (exercise.solution, exercise.grader, exercise.answers):
        file.write_text("# changed\n")
        found.add(exercise.digest)
    exercise.stub.write_text("# changed\n")
    assert len(found) == 4 and exercise.digest in found
    exercise.answers.unlink()
    assert exercise.digest in found, "without known answers there is a digest, too"


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ('forbids=["softmaxx"]', "its mark forbids what is not known: there is no family of shortcuts `softmaxx`"),
        ("forbid=[]", "its mark says `forbid`"),
    ],
)
def test_a_mark_with_a_wrong_name_is_one_error_of_a_line(make_course, judge, tmp_path, mark, said):
    course = make_course(SOLUTION, GRADER.replace("seconds=5", mark))
    (exercise,) = course.exercises
    file = tmp_path / "right.py"
    file.write_text(RIGHT, encoding="utf-8")
    lasting = Judge(course, judge.sandbox)
    for jobs in ([], [Job("right", {exercise.id: file})]):
        verdicts = lasting.grade([exercise], jobs)
        assert lasting._judging.errors[exercise.grader].startswith(f"{exercise.grader}: {said}")
    (found,) = verdicts[0].exercises
    assert found.status == "ungraded" and found.message.startswith(f"{exercise.grader}: {said}")
    assert "\n" not in found.message and not found.tests


def test_an_exercise_has_changed_when_what_its_grader_reads_has(make_course):
    course = make_course(SOLUTION, GRADER + 'TEXTS = Path(__file__).parents[2] / "fixtures" / "text"\n')
    (exercise,) = course.exercises
    for folder in ("text", "other"):
        (course.root / "fixtures" / folder).mkdir(parents=True)
    before = exercise.digest
    (course.root / "fixtures" / "other" / "a.txt").write_text("of another", encoding="utf-8")
    assert exercise.digest == before
    (course.root / "fixtures" / "text" / "a.txt").write_text("a line", encoding="utf-8")
    assert exercise.digest != before
