"""The laws every exercise obeys. A new exercise is held to them without being listed here."""

import doctest
import importlib.util
import os
import subprocess

import pytest
import torch

from kata.course import Course
from kata.solution import REGION, stub
from kata.strength.measure import caught_by
from kata.strength.needed import Catches
from kata.strength.variants import grade_sources, load_grader
from tests.conftest import ROOT

SEEDS = range(3)
PROCESSES = min(4, os.cpu_count() or 1)
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
EXERCISES = Course.load(ROOT).exercises

each = pytest.mark.parametrize("exercise", EXERCISES, ids=str)
on_each_device = pytest.mark.parametrize("device", DEVICES)


@each
def test_the_stub_is_what_the_solution_cuts_to(exercise):
    # As committed: what a student has written into exercises/ since is the student's.
    path = exercise.stub.relative_to(ROOT).as_posix()
    committed = subprocess.run(["git", "show", f"HEAD:{path}"], cwd=ROOT, capture_output=True, text=True, check=False)
    text = committed.stdout if committed.returncode == 0 else exercise.stub.read_text(encoding="utf-8")
    assert text == stub(exercise.solution.read_text(encoding="utf-8")), "run `make stubs` and commit"


@each
def test_the_stub_is_not_started(judge, exercise):
    (verdict,) = grade_sources(judge, exercise, [stub(exercise.solution.read_text(encoding="utf-8"))])
    assert verdict.status == "not_started", verdict
    assert {test.status for test in verdict.tests} == {"not_started"}


@each
@on_each_device
def test_the_reference_passes(judge, exercise, device):
    for seed in SEEDS:
        (verdict,) = grade_sources(
            judge, exercise, [exercise.solution.read_text(encoding="utf-8")], seed=seed, device=device
        )
        assert verdict.status == "passed", (seed, verdict)
        assert verdict.score == pytest.approx(verdict.max_score)


@each
def test_points_add_up(judge, exercise):
    mark = load_grader(exercise).pytestmark
    (verdict,) = grade_sources(judge, exercise, [exercise.solution.read_text(encoding="utf-8")])
    assert verdict.max_score == pytest.approx(mark.kwargs.get("points", 10.0)), (
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
def test_other_right_answers_pass(judge, exercise, device):
    solution, variants = exercise.solution.read_text(encoding="utf-8"), load_grader(exercise).ALSO_RIGHT
    assert len(variants) >= 3
    for seed in SEEDS:
        verdicts = grade_sources(
            judge, exercise, [v.of(solution) for v in variants], seed=seed, device=device, processes=PROCESSES
        )
        wrongly = [
            (v.name, seed, bad) for v, e in zip(variants, verdicts, strict=True) for bad in e.tests if not bad.passed
        ]
        assert not wrongly


@each
@on_each_device
def test_mistakes_are_caught_by_an_assertion_and_named(judge, exercise, device):
    solution, variants = exercise.solution.read_text(encoding="utf-8"), load_grader(exercise).MISTAKES
    assert len(variants) >= 8
    assert all(v.hint for v in variants), "each mistake has a hint"
    catches = Catches()
    for seed in SEEDS:
        verdicts = grade_sources(
            judge, exercise, [v.of(solution) for v in variants], seed=seed, device=device, processes=PROCESSES
        )
        for variant, verdict in zip(variants, verdicts, strict=True):
            catches.order = [test.name for test in verdict.tests]
            catches.add(variant.name, caught_by(verdict))
            failed = [test for test in verdict.tests if not test.passed]
            assert failed, f"{variant.name!r} is not caught at seed {seed}"
            assert not any(test.status == "ungraded" for test in failed), failed
            assert variant.name in {test.mistake for test in failed}, (
                f"{variant.name!r} is not named at seed {seed}, but {[(t.name, t.mistake, t.message) for t in failed]}"
            )
    idle = catches.nothing_alone(catches.functions)
    assert not idle, f"no mistake is caught by {idle} alone: add the one that calls for it, or drop the test"


@each
def test_variants_are_written_well(exercise):
    grader, solution = load_grader(exercise), exercise.solution.read_text(encoding="utf-8")
    variants = [*grader.ALSO_RIGHT, *grader.MISTAKES]
    names = [variant.name for variant in variants]
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
