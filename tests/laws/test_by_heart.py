"""Laws 9 and 10, over every exercise: no table of answers wins, and a call leaves nothing behind."""

import re
from collections import defaultdict

import pytest
import torch

from kata.course import Course
from kata.execution.nested import map_leaves, walk
from kata.judge.cases import Case
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.submission import InProcess
from kata.judge.texts import grade_sources
from tests.attacks import ATTACKS, FIRED, NEEDS, attack
from tests.conftest import ROOT, held

COURSE = Course.load(ROOT)
pytestmark = pytest.mark.proved
SEEDS = range(12)
LEARNED, ASKED = range(3), range(3, 6)
LEAST_SIZES, LEAST_INPUTS = 3, 4  # how many these seeds draw for a test, at least, so that a small range is enough
A_TENTH = 0.1

each = pytest.mark.parametrize("exercise", held(COURSE.exercises), ids=str)


@pytest.fixture
def unjailed(monkeypatch):
    monkeypatch.setattr("kata.judge.checks.matching_mistakes", lambda *_: [])  # takes long, and is not the question
    with Judge(COURSE, in_process=True) as judge:
        yield judge


def sizes(inputs):
    """The shapes of tensors, the lengths of texts, and the whole numbers that may be sizes."""
    return tuple((path, size) for path, leaf in walk(inputs) if (size := size_of(leaf)) is not None)


def size_of(leaf):
    if isinstance(leaf, torch.Tensor):
        return tuple(leaf.shape)
    return len(leaf) if isinstance(leaf, str | bytes) else leaf if isinstance(leaf, int) else None


def numbers(inputs):
    """All of it, so that inputs are equal where they are the same."""
    return tuple(
        (path, tuple(leaf.shape), tuple(leaf.flatten().double().nan_to_num(1e300).tolist()))
        if isinstance(leaf, torch.Tensor)
        else (path, leaf)
        for path, leaf in walk(inputs)
    )


@each
def test_inputs_change_with_the_seed(exercise, unjailed, monkeypatch):
    asked, points, fixed, draw = defaultdict(lambda: defaultdict(list)), {}, {}, Case.draw

    def note(case, *arguments):
        fixed[case.name] = case.fixed
        return draw(case, *arguments)

    monkeypatch.setattr(Case, "draw", note)
    for seed in SEEDS:
        (verdict,) = unjailed.grade([exercise], [Job("reference", {exercise.id: exercise.solution})], seed=seed)
        (found,) = verdict.exercises
        points |= {test.name: test.max_points for test in found.tests}
        reference = unjailed.reference(exercise)
        for trial in reference.asked.values():
            if str(trial.dtype) == "torch.float32" or not trial.observed:
                asked[trial.place[0]][seed].append(trial)
    same = {}
    for test, trials in asked.items():
        # What is refused is refused for one reason, which may leave little to draw.
        refused = any(reference.expected(trial).ours.raised for trial in trials[0])
        # How often something comes true at random is a matter of the rate, whatever is drawn of it.
        at_random = any(trial.statistic for trial in trials[0])
        for what, least in ((sizes, LEAST_SIZES), (numbers, LEAST_SIZES if refused else LEAST_INPUTS)):
            if (at_random or refused) and what is sizes:
                continue
            drawn = {tuple(what(trial.inputs) for trial in trials[seed]) for seed in SEEDS}
            if len(drawn) < least:
                same[test] = next((fixed[t.place[2]] for t in trials[0] if fixed.get(t.place[2])), "")
    without_reason = [test for test, reason in same.items() if not reason]
    assert not without_reason, f"the inputs of {without_reason} hardly change with the seed: draw them, or say why not"
    share = sum(points[test] for test in same) / sum(points.values())
    assert share <= A_TENTH + 1e-9, f"{list(same)} have the same inputs at every seed, and are worth {share:.0%}"


def wrong(leaf):
    """Something of the same kind that is not right."""
    if isinstance(leaf, torch.Tensor):
        return torch.zeros_like(leaf)
    if isinstance(leaf, bool | None):
        return not leaf
    if isinstance(leaf, str | bytes):
        return leaf + leaf[:0].ljust(1)
    return -1 - leaf if isinstance(leaf, int | float) else leaf


def guessed(outcome):
    """An outcome of the same form without anything true in it."""
    outcome.outputs, outcome.raised = map_leaves(wrong, outcome.outputs), None
    outcome.gradients = dict.fromkeys(outcome.gradients) if outcome.gradients else outcome.gradients
    return outcome


@each
def test_a_table_of_answers_does_not_win(exercise, unjailed, monkeypatch):
    """A table of what is right at three seeds, for the same inputs and for inputs of the same sizes, at other seeds."""
    run, table, learning = InProcess.run, {}, True

    def by_heart(self, requests):
        requests = list(requests)
        for request, outcome in zip(requests, run(self, requests), strict=True):
            keys = [(bool(request.cotangents), what(request.inputs)) for what in (numbers, sizes)]
            if learning:
                table.update(dict.fromkeys(keys, outcome))
            yield outcome if learning else next((table[key] for key in keys if key in table), None) or guessed(outcome)

    monkeypatch.setattr(InProcess, "run", by_heart)
    job = [Job("table", {exercise.id: exercise.solution})]
    for seed in [*LEARNED, *ASKED]:
        learning = seed in LEARNED
        (verdict,) = unjailed.grade([exercise], job, seed=seed)
        (found,) = verdict.exercises
        if not learning:
            assert found.score is not None, [test for test in found.tests if test.status == "ungraded"]
            assert found.status != "passed" and found.score <= found.max_score / 2, (seed, found.score)


@each
def test_a_call_leaves_nothing_behind(exercise, unjailed):
    """Answers that keep something of a call, or that a single row, an empty mask or zeros lead astray, fail."""
    solution, passed = exercise.solution.read_text(encoding="utf-8"), []
    for name in ATTACKS:
        FIRED.clear()
        (verdict,) = grade_sources(unjailed, exercise, [attack(solution, name)])
        possible = re.search(NEEDS[name], solution) if name in NEEDS else FIRED
        if verdict.status == "passed" and possible:
            passed.append(name)
    assert not passed
