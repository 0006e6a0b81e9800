"""Statistics with a stated power: a rate a tenth off is caught, a right one passes, and the verdict names who did it."""

import math
import textwrap

import pytest
import torch

from kata.course import Course
from kata.course.answers import Answers
from kata.course.recordings import Provenance, file_of, provenance_file
from kata.judge.run import Judge
from kata.judge.statistics import LEVEL, MISSED, Frequencies, Moments, Share, draws_for, expectation, interval, whole
from kata.judge.texts import grade_sources
from kata.release.recorder import record
from kata.verdict import Wrong

SOLUTION = '''
    """# Toy"""
    import torch

    def drop(x, p):
        ### BEGIN SOLUTION
        return x * (torch.rand_like(x) >= p)
        ### END SOLUTION

    def pick(logits, count):
        ### BEGIN SOLUTION
        return torch.multinomial(logits.softmax(-1), count, replacement=True)
        ### END SOLUTION

    def make(size, gain):
        ### BEGIN SOLUTION
        return torch.randn(size, size) * gain / size**0.5
        ### END SOLUTION
'''
GRADER = """
    import pytest
    from kata.grading import Case, between, exactly, normal, uniform

    pytestmark = pytest.mark.exercise(points=4, seconds=5)
    DROPS = Case("drops", x=uniform(64, 64, low=1.0, high=2.0), p=between(0.1, 0.4))
    PICKS = Case("picks", logits=normal(2, 4, std=0.3), count=5000)

    def drop(impl, x, p):
        return impl.drop(x, p)

    def pick(impl, logits, count):
        return impl.pick(logits, count)

    def make(impl, size, gain):
        return impl.make(size, gain)

    def test_share(check):
        check.share(drop, DROPS, expected=lambda _, x, p: p, of=lambda result: result == 0)

    def test_frequencies(check):
        check.frequencies(pick, PICKS, expected=lambda _, logits, count: logits.softmax(-1))

    def test_moments(check):
        check.moments(make, Case("makes", size=64, gain=2.0), expected=(0.0, 0.25))
"""
ANSWERS = """
    [[mistake]]
    name = "keeps what it should drop"
    hint = "?"
    was = ">= p"
    becomes = "< p"

    [[mistake]]
    name = "drops a tenth more"
    hint = "?"
    was = ">= p"
    becomes = ">= 1.1 * p"

    [[mistake]]
    name = "the second row like the first"
    hint = "?"
    was = "logits.soft"
    becomes = "logits[:1].expand(2, -1).soft"

    [[mistake]]
    name = "divides by the size"
    hint = "?"
    was = "size**0.5"
    becomes = "size"

    [[mistake]]
    name = "uniform numbers"
    hint = "?"
    was = "torch.randn(size, size)"
    becomes = "torch.rand(size, size)"

    [[mistake]]
    name = "the same in every call"
    hint = "?"
    was = "return x"
    becomes = '''
    torch.manual_seed(0)
        return x'''
"""
SOLUTION, GRADER, ANSWERS = map(textwrap.dedent, (SOLUTION, GRADER, ANSWERS))


@pytest.fixture
def toy(make_course):
    return make_course(SOLUTION, GRADER, ANSWERS).exercises[0]


def grade(exercise, *edits, seed=0):
    """One verdict for each (was, becomes): name of a test that fails → its verdict."""
    solution = SOLUTION
    with Judge(Course.load(exercise.root), in_process=True) as judge:
        texts = [solution.replace(*edit) for edit in edits]
        found = grade_sources(judge, exercise, texts, seed=seed)
    return [{test.name: test for test in verdict.tests if not test.passed} for verdict in found]


def wrong(statistic, tally, expected):
    with pytest.raises(Wrong) as error:
        statistic.check(tally, expected)
    return str(error.value)


def upper_tail(count, n, p):
    """The chance of `count` or more: the sum itself, in logarithms."""
    k = torch.arange(count, n + 1, dtype=torch.float64)
    ways = math.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)
    return (ways + k * math.log(p) + (n - k) * math.log1p(-p)).logsumexp(0).exp().item()


@pytest.mark.parametrize("p", [0.01, 0.1, 0.25, 0.5, 0.9])
def test_the_power_is_as_stated(p):
    """By sums over the binomial distribution, which nothing here is made of."""
    bound = math.log(2 * 3 / LEVEL)
    n = draws_for(p, bound)
    low, high = (math.ceil(n * interval(p, n, bound)[0]), math.floor(n * interval(p, n, bound)[1]))
    assert upper_tail(high + 1, n, p) + upper_tail(n - low + 1, n, 1 - p) < LEVEL
    assert upper_tail(n - high, n, 1 - 1.1 * p) < MISSED if 1.1 * p < 1 else True
    assert upper_tail(low, n, 0.9 * p) < MISSED


def test_a_share_passes_or_is_told():
    statistic = Share(whole, 0.25)
    expected = expectation(statistic, 0.25)
    statistic.check(torch.tensor([30_000, 10_000, 0]), expected)
    assert wrong(statistic, torch.tensor([28_600, 11_400, 0]), expected) == (
        "the share is 28.5 % in 40,000 draws, expected 25 % (allowed from 23.71 % to 26.3 %)"
    )


def test_frequencies_are_told_by_category():
    statistic = Frequencies(whole, ())
    expected = torch.tensor([0.5, 0.5, 0.0], dtype=torch.float64)
    statistic.check(torch.tensor([5000, 5000, 0, 0]), expected)
    assert "draws 0 in 60 % of 10,000 draws, expected 50 %" in wrong(
        statistic, torch.tensor([6000, 4000, 0, 0]), expected
    )
    assert "draws 2 in 0.01 % of 10,000 draws, which is never to be drawn here" in wrong(
        statistic, torch.tensor([5000, 4999, 1, 0]), expected
    )
    outside = statistic.tally(torch.tensor([-1, 0, 1, 7]), expected)
    assert outside.tolist() == [1, 1, 0, 2]
    assert "draws 3 in" in wrong(statistic, outside, expected)


def test_moments_are_told():
    statistic = Moments(whole, (0.0, 1.0))
    expected = torch.tensor([0.0, 1.0], dtype=torch.float64)
    count = float(statistic.needed(expected))
    statistic.check(torch.tensor([count, 0.0, 1.0, 3.0]), expected)
    assert "the mean of" in wrong(statistic, torch.tensor([count, 0.1, 1.0, 3.0]), expected)
    for deviation in (0.9, 1.1, math.nan):
        assert "the standard deviation of" in wrong(statistic, torch.tensor([count, 0.0, deviation, 3.0]), expected)


@pytest.mark.parametrize("seed", range(20))
def test_right_answers_pass_and_a_tenth_is_caught_at_every_seed(toy, seed):
    alone = ("torch.rand_like(x) >= p", "torch.bernoulli(torch.full_like(x, 1 - p))")
    uniform = ("torch.randn(size, size)", "(torch.rand(size, size) - 0.5) * 12**0.5")
    gumbel = (
        "torch.multinomial(logits.softmax(-1), count, replacement=True)",
        "(logits[:, None] - torch.empty(2, count, 4).exponential_().log()).argmax(-1)",
    )
    tenths = [(">= p", ">= 1.1 * p"), (">= p", ">= 0.9 * p"), ("gain /", "0.9 * gain /"), ("gain /", "1.1 * gain /")]
    right = [("", ""), alone, uniform, gumbel]
    found = grade(toy, *right, *tenths, seed=seed)
    assert [list(one) for one in found] == [[]] * 4 + [["share"]] * 2 + [["moments"]] * 2


def test_a_mistake_is_named_by_what_it_draws_however_it_draws(toy):
    found = grade(
        toy,
        ("torch.rand_like(x) >= p", "torch.bernoulli(torch.full_like(x, p))"),
        ("torch.rand_like(x) >= p", "torch.bernoulli(torch.full_like(x, 1 - 0.7 * p))"),
        ("/ size**0.5", "/ size"),
        ("logits.soft", "logits[:1].expand(2, 4).soft"),
        ("return x", "torch.manual_seed(1)\n    return x"),
    )
    names = [{name: test.mistake for name, test in one.items()} for one in found]
    assert names == [
        {"share": "keeps what it should drop"},
        {"share": ""},
        {"moments": "divides by the size"},
        {"frequencies": "the second row like the first"},
        {"share": "the same in every call"},
    ]
    assert "draws the same in every call" in found[-1]["share"].message


def test_results_of_another_form_are_told_by_their_form(toy):
    (found,) = grade(toy, ("return x *", "return None and x *"))
    assert "the result is None, expected a tensor" in found["share"].message


def test_draws_that_are_infinite_are_a_mistake_without_a_name(toy):
    (found,) = grade(toy, ("gain /", 'float("inf") * gain /'))
    assert found["moments"].status == "failed" and not found["moments"].mistake


def test_a_copy_without_solutions_says_the_same(toy):
    texts = [(mistake.was, mistake.becomes) for mistake in Answers.of(toy).mistakes]
    live = grade(toy, ("", ""), *texts)
    record(Course.load(toy.root), toy, 0, ["cpu"]).write(file_of(toy, 0))
    assert file_of(toy, 0).stat().st_size < 8000, "the draws themselves are not recorded"
    provenance_file(toy.root).write_text(Provenance([0], ["cpu"], "2", "3", "x").text())
    toy.answers.write_text(Answers.of(toy).public())
    toy.shipped.parent.mkdir(parents=True)
    toy.solution.rename(toy.shipped)
    copy = grade(toy, ("", ""), *texts)
    assert copy == live
    assert all(test.mistake for one in copy[1:] for test in one.values())


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ("x=uniform(64, 64", "x=uniform(4, 4", "let it draw more in each"),
        ("x, p: p", "x, p: 1.2 * p", "the reference does not draw what its grader expects: the share is"),
        ("x, p: p", "x, p: 0.0", "nothing is drawn at random"),
        ("logits.softmax(-1))", "logits.sigmoid())", "are no probabilities"),
        ("(0.0, 0.25)", "(0.0, 0.3)", "the reference does not draw what its grader expects"),
        ("impl.make(size, gain)", "impl.make(size, gain) ** 3", "tails heavier than a normal curve's"),
    ],
)
def test_a_grader_that_asks_for_what_cannot_be_seen_is_told(make_course, was, becomes, reason):
    exercise = make_course(SOLUTION, GRADER.replace(was, becomes)).exercises[0]
    (found,) = grade(exercise, ("", ""))
    (test,) = found.values()
    assert test.status == "ungraded" and reason in test.message
