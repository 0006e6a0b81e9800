"""The laws every exercise obeys. A new exercise is held to them without being listed here."""

import ast
import doctest
import importlib.util
import os
import subprocess
from collections import defaultdict
from functools import cache, partial
from random import Random

import pytest
import torch

from kata.course import Course
from kata.course.answers import Answers
from kata.course.solution import REGION, stub
from kata.execution.nested import walk
from kata.judge.cases import Case
from kata.judge.parallel import forked
from kata.judge.run import Judge
from kata.judge.texts import grade_sources
from kata.strength.measure import caught_by
from kata.strength.needed import Catches
from kata.strength.variants import grade_until_clear, grade_until_named
from tests.conftest import CHANGED, EVERY, ROOT, SEEDS, grader_of, held, seeds_of

PROCESSES = min(4, os.cpu_count() or 1)
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
COURSE = Course.load(ROOT)
EXERCISES = COURSE.exercises
STUB, REFERENCE = "the stub", "the reference"
BY_LOT = 5  # mistakes of an exercise that has not changed: enough that one in the harness is seen in some

# Of module scope, so that all laws of an exercise are held one after the other, by the process that has its verdicts.
each = pytest.mark.parametrize("exercise", EXERCISES, ids=str, scope="module")
on_each_device = pytest.mark.parametrize("device", DEVICES)


@pytest.fixture(scope="session")
def graded(judge):
    """The verdicts on an exercise's variants, by name and by where they were found. Worked out once, for all laws.

    An exercise that has changed: all of them in the sandbox, as submissions are graded; meanwhile, at two more seeds, in
    processes next door. One that has not: next door, at one seed, all right ones and some mistakes drawn by lot; and in
    the sandbox what every exercise must get through it, with another right answer and one of these mistakes. On a card:
    all of them in the sandbox, and nothing next door.
    """

    @cache
    def grade(exercise, device):
        answers, solution = Answers.of(exercise), exercise.solution.read_text(encoding="utf-8")
        right = {variant.name: variant.of(solution) for variant in answers.also_right}
        wrong = {variant.name: variant.of(solution) for variant in answers.mistakes}
        sources = {STUB: stub(solution), REFERENCE: solution, **right, **wrong}

        def of(names):
            """The texts, and the mistakes that they make."""
            return [sources[name] for name in names], [name if name in wrong else "" for name in names]

        if device == "cuda":  # next door, an index out of range would cost the process its card
            inside, next_door, seeds = [*sources], [], SEEDS[:0]
        elif exercise.id in CHANGED or EVERY:
            inside, next_door, seeds = [*sources], [*sources], SEEDS[1:]
        else:
            lot = Random(exercise.digest)
            another, some = lot.sample([*right], min(1, len(right))), lot.sample([*wrong], min(BY_LOT, len(wrong)))
            inside = [STUB, REFERENCE, *another, *some[:1]]
            next_door, seeds = [STUB, REFERENCE, *right, *some], SEEDS[:1]
        with forked(max(1, PROCESSES - 1)) as pool:
            at_seeds = pool.map(partial(grade_until_named, exercise, *of(next_door)), seeds)
            verdicts = grade_until_clear(judge, exercise, *of(inside), device=device)
            found = {"in the sandbox": dict(zip(inside, verdicts, strict=True))}
            found |= {
                f"at seed {n}": dict(zip(next_door, v, strict=True)) for n, v in zip(seeds, at_seeds, strict=True)
            }
        return {name: {where: of[name] for where, of in found.items() if name in of} for name in sources}

    return grade


def in_the_sandbox(verdicts):
    return verdicts["in the sandbox"]


@each
@on_each_device
def test_known_answers_are_graded(graded, exercise, device):
    """Comes before the laws that look at the verdicts, so that --durations tells what it costs to have them."""
    for name, verdicts in graded(exercise, device).items():
        for where, verdict in verdicts.items():
            failures = [test.message for test in verdict.tests if test.status == "ungraded"]
            assert verdict.tests and not failures, (name, where, failures or verdict.message)


@each
def test_the_stub_is_what_the_solution_cuts_to(exercise):
    # As committed: what a student has written into exercises/ since is the student's.
    path = exercise.stub.relative_to(ROOT).as_posix()
    committed = subprocess.run(["git", "show", f"HEAD:{path}"], cwd=ROOT, capture_output=True, text=True, check=False)
    text = committed.stdout if committed.returncode == 0 else exercise.stub.read_text(encoding="utf-8")
    assert text == stub(exercise.solution.read_text(encoding="utf-8")), "run `make stubs` and commit"


@each
def test_the_stub_is_not_started(graded, exercise):
    for where, verdict in graded(exercise, "cpu")[STUB].items():
        assert verdict.status == "not_started", (where, verdict)
        assert {test.status for test in verdict.tests} == {"not_started"}


@each
@on_each_device
def test_the_reference_passes(graded, exercise, device):
    for where, verdict in graded(exercise, device)[REFERENCE].items():
        assert verdict.status == "passed", (where, verdict)
        assert verdict.score == pytest.approx(verdict.max_score)


@each
def test_the_reference_has_an_oracle(exercise):
    # Whether they agree is tested there.
    assert exercise.oracle.is_file(), f"write {exercise.oracle.relative_to(ROOT)}"
    nodes = ast.walk(ast.parse(exercise.oracle.read_text(encoding="utf-8")))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    assert any(name.startswith("test_") for name in names), f"{exercise.oracle.relative_to(ROOT)} has no test"


def test_every_oracle_is_one_of_an_exercise():
    oracles = {exercise.oracle for exercise in EXERCISES}
    strays = [path.relative_to(ROOT) for path in (ROOT / "tests/oracles").rglob("test_*.py") if path not in oracles]
    assert not strays, f"{strays} belong to no exercise of course.toml: tests/oracles/TRACK/test_NAME.py"


@each
def test_points_add_up(graded, exercise):
    points = grader_of(exercise).pytestmark.kwargs.get("points", 10.0)
    assert in_the_sandbox(graded(exercise, "cpu")[REFERENCE]).max_score == pytest.approx(points), (
        "the `points` of the tests do not sum up"
    )


@each
def test_the_examples_are_true(exercise):
    spec = importlib.util.spec_from_file_location(exercise.name, exercise.solution)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


@each
@on_each_device
def test_other_right_answers_pass(graded, exercise, device):
    variants = Answers.of(exercise).also_right
    assert len(variants) >= 3
    for variant in variants:
        for where, verdict in graded(exercise, device)[variant.name].items():
            wrongly = [test for test in verdict.tests if not test.passed]
            assert verdict.status == "passed", (variant.name, where, wrongly)


@pytest.fixture
def drawn(monkeypatch):
    """The shapes that cases are drawn in, for recall (True) and others; of a case without tensors, numbers and texts.

    Sizes may be drawn as well, so each case is drawn a few times more than it is asked for.
    """
    found, draw, seen = defaultdict(set), Case.draw, set()

    def note(case, seed, reference):
        for another in range(0 if case in seen else 32):
            leaves = list(walk(draw(case, another, reference)))
            shapes = [(path, *leaf.shape) for path, leaf in leaves if isinstance(leaf, torch.Tensor)]
            found[case.recall].add(
                tuple(shapes or [(path, leaf) for path, leaf in leaves if isinstance(leaf, int | str)])
            )
        seen.add(case)
        return draw(case, seed, reference)

    monkeypatch.setattr(Case, "draw", note)
    return found


@pytest.mark.proved
@pytest.mark.parametrize("exercise", held(EXERCISES), ids=str, scope="module")
@on_each_device
def test_cases_for_recall_have_shapes_of_their_own_and_right_answers_pass_on_them(exercise, device, drawn):
    """In this process, and without the cases of an ordinary grading: what comes to an end on those does so on these."""
    solution = exercise.solution.read_text(encoding="utf-8")
    right = {REFERENCE: solution, **{v.name: v.of(solution) for v in Answers.of(exercise).also_right}}
    with Judge(Course.load(ROOT), in_process=True) as judge:
        grade = partial(grade_sources, judge, exercise, device=device)
        (ordinary,) = grade([solution])
        others = {test.name for test in ordinary.tests}
        for seed in seeds_of(exercise):
            verdicts = grade(list(right.values()), seed=seed, recall=True, wanted=lambda job, test: test not in others)
            for name, verdict in zip(right, verdicts, strict=True):
                assert verdict.tests, (
                    "no case is for recall alone: give one `recall=True`, of a shape that no other has"
                )
                assert verdict.status == "passed", (name, seed, [test for test in verdict.tests if not test.passed])
    by_luck = drawn[True] & drawn[False]
    assert not by_luck, f"a case for recall has the shapes of another one: {by_luck}"


@each
@on_each_device
def test_mistakes_are_caught_by_an_assertion_and_named(graded, exercise, device):
    variants = Answers.of(exercise).mistakes
    assert len(variants) >= 8
    assert all(v.hint for v in variants), "each mistake has a hint"
    for variant in variants:
        for where, verdict in graded(exercise, device)[variant.name].items():
            failed = [test for test in verdict.tests if not test.passed]
            assert failed, f"{variant.name!r} is not caught {where}"
            assert variant.name in {test.mistake for test in failed}, (
                f"{variant.name!r} is not named {where}, but {[(t.name, t.mistake, t.message) for t in failed]}"
            )


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.id in CHANGED], ids=str, scope="module")
def test_each_test_is_needed(graded, exercise):
    # By the known mistakes alone. Of what has not changed the record has shown it, with the mutants.
    verdicts = graded(exercise, "cpu")
    catches = Catches([test.name for test in in_the_sandbox(verdicts[REFERENCE]).tests])
    for variant in Answers.of(exercise).mistakes:
        catches.add(variant.name, caught_by(in_the_sandbox(verdicts[variant.name])))
    idle = catches.nothing_alone(catches.functions)
    assert not idle, f"no mistake is caught by {idle} alone: add the one that calls for it, or drop the test"


@each
def test_variants_are_written_well(exercise):
    answers, solution = Answers.of(exercise), exercise.solution.read_text(encoding="utf-8")
    assert len(answers.hints) == 3, "a question, a pointer to the formula, the shape of the code"
    assert answers.minutes and set(answers.builds_on) <= {other.id for other in EXERCISES} - {exercise.id}
    variants = [*answers.also_right, *answers.mistakes]
    names = [STUB, REFERENCE, *(variant.name for variant in variants)]
    assert len(set(names)) == len(names)
    sources = [variant.of(solution) for variant in variants]
    assert len(set(sources)) == len(sources), "two variants are the same text"
    for source, variant in zip(sources, variants, strict=True):
        compile(source, variant.name, "exec")


@each
def test_nothing_of_the_solution_is_in_the_stub(exercise):
    solution = exercise.solution.read_text(encoding="utf-8")
    left = stub(solution)
    for region in REGION.finditer(solution):
        lines = [line.strip() for line in region["body"].splitlines() if len(line.strip()) > 20]
        assert not [line for line in lines if line in left]
