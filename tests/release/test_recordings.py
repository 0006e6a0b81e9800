"""What a recording knows, and what it does not claim to know."""

import shutil
import zlib
from dataclasses import replace

import pytest
import torch
from torch import nn

from kata.course import Course
from kata.course.answers import Answers
from kata.course.recordings import Provenance, file_of, provenance_file
from kata.course.solution import stub
from kata.errors import JudgeError
from kata.execution.protocol import pack
from kata.execution.scenario import Outcome
from kata.judge import recording as expectations
from kata.judge.recording import Expectations, StandIn, fingerprint, fits, state_of
from kata.judge.run import Judge
from kata.judge.sketch import LARGE, MANY, sketched
from kata.judge.texts import grade_sources
from kata.release import cache
from kata.release.cache import Cache
from kata.release.recorder import record

SOLUTION = '''
    """# Toy"""
    import torch
    from torch import nn


    def double(x):
        ### BEGIN SOLUTION
        return x + x
        ### END SOLUTION


    class Scale(nn.Module):
        def __init__(self, size):
            super().__init__()
            ### BEGIN SOLUTION
            self.weight = nn.Parameter(torch.ones(size))
            ### END SOLUTION

        def forward(self, x):
            return x * self.weight
'''
GRADER = """
    import pytest
    from kata.grading import Case, between, exactly, load, normal, weights

    pytestmark = pytest.mark.exercise(points=4, seconds=5)

    def twice(impl, x):
        return impl.double(x)

    def scale(impl, state, x, size):
        return load(impl.Scale(size), state)(x)

    N = between(4, 9)

    def test_values(check):
        check.values(twice, Case("some", x=normal(3)))

    def test_time(check):
        check.cost(twice, Case("many", x=normal(300)), seconds=30)

    def test_module(check):
        check.values(scale, Case("some", state=weights(lambda impl, n: impl.Scale(n), N), x=normal(N), size=N))

    def test_twice_over(run):
        once = run(twice, x=exactly([1.0, 2.0]))
        again = run(twice, x=once)
        assert (again == once * 2).all(), "is not twice as much, the second time"
"""
ANSWERS = """
    [[mistake]]
    name = "three times"
    hint = "Count."
    was = "x + x"
    becomes = "x * 3"

    [[mistake]]
    name = "a last bit too much"
    hint = "Count."
    was = "x + x"
    becomes = "x * 2.000001"
"""


@pytest.fixture
def toy(make_course):
    return make_course(SOLUTION, GRADER, ANSWERS).exercises[0]


@pytest.fixture
def copy(toy, tmp_path):
    """The same without a solution, by hand."""
    record(Course.load(toy.root), toy, 0, ["cpu"]).write(file_of(toy, 0))
    provenance_file(toy.root).write_text(Provenance([0], ["cpu"], "2", "3", "x").text())
    shutil.copytree(toy.root, tmp_path / "copy", ignore=shutil.ignore_patterns("solutions", "copy"))
    (copy,) = Course.load(tmp_path / "copy").exercises
    copy.shipped.parent.mkdir(parents=True)
    copy.shipped.write_text(stub(toy.solution.read_text()))
    copy.answers.write_text(Answers.of(toy).public())
    provenance_file(toy.root).unlink()
    return copy


def grade(exercise, *sources, seed=0):
    with Judge(Course.load(exercise.root), in_process=True) as judge:
        return grade_sources(judge, exercise, sources, seed=seed)


def test_the_same_words(toy, copy):
    solution = toy.solution.read_text()
    texts = [stub(solution), solution, *(mistake.of(solution) for mistake in Answers.of(toy).mistakes)]
    wanted, found = grade(toy, *texts), grade(copy, *texts)
    assert [verdict.tests for verdict in found] == [verdict.tests for verdict in wanted]
    assert {test.mistake for verdict in found for test in verdict.tests} == {"", "three times", "a last bit too much"}


def test_of_inputs_that_a_submission_made_nothing_is_known(toy, copy):
    """In the second call of `run` the numbers are the submission's own, so no recorded mistake gives its name to them."""
    text = toy.solution.read_text().replace("x + x", "x * 2 if x.max() < 3 else x * 2.5")
    (live,), (verdict,) = grade(toy, text), grade(copy, text)
    for one in (live, verdict):
        (test,) = [test for test in one.tests if test.name == "twice_over"]
        assert "second time" in test.message and not test.mistake


def test_no_time_is_compared_without_a_reference(copy, monkeypatch, toy):
    def clock(*_):
        raise AssertionError("there is nothing to time")

    monkeypatch.setattr("kata.judge.checks.Check._time", clock)
    (verdict,) = grade(copy, toy.solution.read_text())
    assert verdict.status == "passed"


def test_another_seed_is_no_grade(toy, copy):
    (verdict,) = grade(copy, toy.solution.read_text(), seed=5)
    assert verdict.status == "ungraded" and "none for --seed 5" in verdict.message


def test_what_cannot_be_recorded_is_said(make_course):
    recipe = "Recipe(lambda source: source.reference.double(1))"
    course = make_course(
        SOLUTION, GRADER.replace("normal(3))", f"{recipe})", 1).replace("import Case", "import Recipe, Case")
    )
    with pytest.raises(JudgeError, match=r"double\(1\) of the reference gives, which cannot be recorded"):
        record(course, course.exercises[0], 0, ["cpu"])


def test_a_stand_in_has_the_state_and_nothing_else():
    module = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    stand_in = StandIn({"Net(2, d=3)": state_of(module)})
    state = stand_in.Net(2, d=3).state_dict()
    assert [(n, t.shape) for n, t in state.items()] == [(n, t.shape) for n, t in module.state_dict().items()]
    assert state["1.num_batches_tracked"].dtype == torch.int64
    with pytest.raises(JudgeError, match=r"Net\(5\)"):
        stand_in.Net(5)


def test_inputs_are_known_again():
    inputs = {"x": torch.randn(50), "n": 3, "more": [torch.tensor([True, False]), "word", b"word"], "text": "\ud800"}
    seen = fingerprint(inputs)
    assert fits(inputs, seen, torch.float32)
    assert fits({**inputs, "x": inputs["x"] * (1 + 1e-7)}, seen, torch.float32), "a last bit is another library's"
    mask = torch.tensor([True, False])
    for other in (
        {"x": inputs["x"].flip(0)},
        {"n": 4},
        {"more": [~mask, "word", b"word"]},
        {"more": [mask, "another", b"word"]},
        {"more": [mask, "word", b"another"]},
        {"more": [mask, "word", 3]},
        {"y": 1.0},
    ):
        assert not fits({**inputs, **other}, seen, torch.float32)


def test_a_sketch_tells_large_results_apart():
    numbers = torch.randn(LARGE + 1)
    same = expectations.numbers_of(sketched(Outcome(outputs=[numbers, numbers[:5]])))
    assert same["outputs"][1] is not None and len(same["outputs"][0]["numbers"]) < LARGE / 4
    again = sketched(sketched(Outcome(outputs=numbers))).outputs
    assert torch.equal(again["numbers"], sketched(Outcome(outputs=numbers)).outputs["numbers"])
    for place in range(0, LARGE, 97):
        other = numbers.clone()
        other[place], other[place + 1] = numbers[place + 1], numbers[place]
        off = sketched(Outcome(outputs=other)).outputs["numbers"] - again["numbers"]
        assert off.abs().max() > 1e-3 * (numbers[place] - numbers[place + 1]).abs()
    odd = numbers.clone()
    odd[7] = torch.nan
    assert not torch.equal(sketched(Outcome(outputs=odd)).outputs["odd"], again["odd"])


def test_a_sketch_of_many_tokens_is_a_digest():
    def sketch(tree):
        return sketched(Outcome(outputs=tree)).outputs

    merges = [(b"t", b"h"), *((b"a", bytes([byte])) for byte in range(MANY))]
    digest = sketch({"merges": merges})
    assert set(digest) == {"digest"} and sketch(digest) == digest
    assert sketch({"merges": [*map(list, merges)]}) == digest, "lists and tuples are as good as each other"
    others = [merges[::-1], merges[:-1], [*merges[:-1], ("a", "b")], [*merges[:-1], (b"ab", b"")], [merges, None]]
    assert len({sketch({"merges": other})["digest"] for other in [merges, *others]}) == len(others) + 1
    assert sketch({1: merges, 2: None}) == sketch({2: None, 1: merges}) != sketch({True: merges, 2: None})
    assert sketch(merges[:3]) == merges[:3], "what is small is kept"
    assert sketch([merges, 1.5]) == [sketch(merges), 1.5], "and so is what rounds"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(zlib.compress(b"\0" * (200 << 20)), id="a bomb"),
        pytest.param(zlib.compress(pack({"mistakes": []}))[:-9], id="cut off"),
        pytest.param(zlib.compress(pack({"wrong": 1})), id="another message"),
        pytest.param(zlib.compress(pack({"mistakes": [], "version": 0})), id="another version"),
        pytest.param(b"not compressed", id="text"),
    ],
)
def test_no_length_is_taken_on_trust(tmp_path, data):
    file = tmp_path / "0.kata"
    file.write_bytes(data)
    with pytest.raises(JudgeError, match=r"0\.kata cannot be read"):
        Expectations.read(file)


def test_a_recording_is_kept_until_something_changes_that_it_depends_on(toy, tmp_path, monkeypatch):
    course, about = Course.load(toy.root), Provenance([0], ["cpu"], "2", "3", "x")
    kept = Cache(course, about)
    assert not kept.has(toy, 0)
    kept.keep(toy, 0, Expectations(["three times"]))
    assert kept.has(toy, 0) and not kept.has(toy, 1) and Cache(course, about).has(toy, 0)
    kept.copy(toy, 0, tmp_path / "there" / "0.kata")
    assert Expectations.read(tmp_path / "there" / "0.kata").mistakes == ["three times"]
    for other in (
        {"devices": ["cpu", "cuda"]},
        {"torch": "2.1"},
        {"seeds": [0, 1]},
        {"python": "3.1"},
        {"machine": "y"},
    ):
        assert not Cache(course, replace(about, **other)).has(toy, 0), other
    (toy.root / "fixtures").mkdir()
    (toy.root / "fixtures" / "text.txt").write_text("text")
    assert not Cache(course, about).has(toy, 0)
    shutil.rmtree(toy.root / "fixtures")
    toy.answers.write_text(toy.answers.read_text() + "# changed\n")
    assert not kept.has(toy, 0)
    kept.keep(toy, 0, Expectations([]))
    assert len(list((toy.root / ".kata").rglob("*.*"))) == 1, "what was stale is gone"
    (tmp_path / "code.py").write_text("changed")
    monkeypatch.setattr(cache, "PACKAGE", tmp_path)
    assert not Cache(course, about).has(toy, 0)
