"""The words of a grader, on an exercise small enough to see what each of them catches."""

import textwrap

import pytest
import torch

from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.texts import grade_sources
from kata.report.table import explained
from kata.report.words import Words

SOLUTION = '''\
"""A toy."""
import torch

def double(x):
    """Twice x.

    >>> double(torch.tensor([1.0]))
    tensor([2.])
    """
    ### BEGIN SOLUTION
    return x * 2
    ### END SOLUTION
'''
HEAD = "import pytest, torch\nfrom kata.grading import *\npytestmark = pytest.mark.exercise(points=1, seconds=2)\n"
HEAD += "def call(impl, **inputs):\n    return impl.double(**inputs)\n"


@pytest.fixture
def grade(make_course, judge):
    """Grade one submission with one test, and return the verdict. `mistakes`: name -> what becomes of `x * 2`."""

    def grade(test, submission, solution=SOLUTION, mistakes=None, *, in_process=False, **settings):
        known = [
            f'[[mistake]]\nname = "{name}"\nhint = "Why {name}?"\nwas = "x * 2"\nbecomes = "{becomes}"\n'
            for name, becomes in (mistakes or {}).items()
        ]
        course = make_course(solution, HEAD + textwrap.dedent(test), "\n".join(known))
        with_it = Judge(course, in_process=True) if in_process else Judge(course, judge.sandbox)
        source = "import torch\n" + textwrap.dedent(submission)
        (verdict,) = grade_sources(with_it, course.exercises[0], [source], **settings)
        return verdict

    return grade


VALUES = """
    def test_values(check):
        check.values(call, Case("numbers", x=normal(3, 4)))
"""
GRADIENTS = VALUES.replace("values", "gradients")
REFUSED = """
    def test_refused(check):
        check.raises(ValueError, call, Case("a row", x=normal(3)))
"""
PROPERTY = """
    def test_property(run):
        assert run(call, x=normal(3, 4)).shape == (3, 4)
"""
ALL = (VALUES, GRADIENTS, REFUSED, PROPERTY)
RIGHT = "def double(x): return x + x"


def message(verdict):
    (test,) = verdict.tests
    return test.message


def test_a_right_answer_passes(grade):
    assert grade(VALUES, RIGHT).status == "passed"
    assert grade(GRADIENTS, RIGHT).status == "passed"


def test_a_verdict_says_the_call_and_the_difference(grade):
    text = message(grade(VALUES, "def double(x): return x * 3"))
    assert "for x: float32 (3, 4)" in text
    assert "12 of 12 numbers off" in text and "first at [0, 0]" in text


def test_arguments_are_left_alone(grade):
    verdict = grade(VALUES, "def double(x): return x.mul_(2)")
    assert "`x` was changed by the call" in message(verdict)


@pytest.mark.parametrize("in_process", [False, True], ids=["sandbox", "in process"])
@pytest.mark.parametrize(
    "change, read",
    [
        ("torch.set_grad_enabled(False)", "torch.is_grad_enabled()"),
        ("torch.set_default_dtype(torch.float64)", "torch.get_default_dtype()"),
    ],
)
def test_torchs_settings_are_left_alone(grade, change, read, in_process):
    """Also where an error is raised, and by what a test runs for a property; nobody else gets to feel it."""
    left = f"`{read}` is no longer what it was before the call"
    answer = f"def double(x):\n    {change}\n    if x.dim() == 1: raise ValueError('no')\n    return x * 2"
    solution = SOLUTION.replace("return x", "if x.dim() == 1: raise ValueError('a row')\n    return x")
    for test in (VALUES, GRADIENTS, REFUSED, PROPERTY):
        assert message(grade(test, answer, solution, in_process=in_process)).startswith(left)
        assert torch.is_grad_enabled() and torch.get_default_dtype() == torch.float32


def test_settings_that_are_put_back_are_no_change(grade):
    within = "    with torch.set_grad_enabled(False):\n        y = x * 2\n    return x * 2 + 0 * y"
    by_hand = """
    on = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        if x.dim() == 1:
            raise ValueError("no")
    finally:
        torch.set_grad_enabled(on)
    return x * 2"""
    stream = """
    if x.dim() == 1:
        raise ValueError("no")
    @torch.no_grad()
    def parts():
        while True:
            yield 0.0
    def within():
        with torch.no_grad():
            while True:
                yield 0.0
    return x * 2 + next(parts()) + next(within())"""
    solution = SOLUTION.replace("return x", "if x.dim() == 1: raise ValueError('a row')\n    return x")
    for body, tests in ((within, (VALUES, GRADIENTS)), (by_hand, ALL), (stream, ALL)):
        for test in tests:
            assert grade(test, f"def double(x):\n{body}", solution, in_process=True).status == "passed"


def test_who_leaves_a_setting_otherwise_is_told_the_mistake_that_does(grade):
    """An error that is asked for may say what it likes."""
    solution = SOLUTION.replace(
        "return x * 2", "y = x * 2\n    if x.dim() == 1: raise ValueError('a row')\n    return y"
    )
    mistakes = {"off": "2 * x if torch.set_grad_enabled(False) else 2 * x"}
    answer = "def double(x):\n    torch.set_grad_enabled(False)\n    if x.dim() == 1: raise ValueError('no')\n    return x * 2"
    for test in (VALUES, REFUSED):
        (found,) = grade(test, answer, solution, mistakes, in_process=True).tests
        assert found.mistake == "off"


@pytest.mark.parametrize(
    "change", ["x.append(3)", "x.reverse()", "x.pop()", "x[0] = 9", "x[0] = True", "x[1]['key'] = 0", "x[1].clear()"]
)
def test_arguments_that_hold_no_tensor_are_left_alone_as_well(grade, change):
    lists = VALUES.replace("x=normal(3, 4)", "x=[1, {'key': 'value'}]")
    assert grade(lists, RIGHT).status == "passed"
    verdict = grade(lists, f"def double(x):\n  y = [1, {{'key': 'value'}}] * 2\n  {change}\n  return y")
    assert "`x` was changed by the call" in message(verdict)


def test_changing_an_argument_is_right_where_the_reference_does_it(grade):
    assert grade(VALUES, "def double(x): return x.mul_(2)", SOLUTION.replace("x * 2", "x.mul_(2)")).status == "passed"


def test_gradients_are_compared(grade):
    assert "no gradient reaches `x`" in message(grade(GRADIENTS, "def double(x): return x.detach() * 2"))
    text = message(grade(GRADIENTS, "def double(x): return x + x.detach()"))
    assert "the gradient of `x` is wrong" in text


def test_a_gradient_of_zero_is_as_good_as_none(grade):
    zero = SOLUTION.replace("x * 2", "x * 0").replace("[2.]", "[0.]")
    assert grade(GRADIENTS, "def double(x): return torch.zeros_like(x)", zero).status == "passed"


RAISES = """
    def test_refuses(check):
        check.raises(ValueError, call, Case("numbers", x=normal(3, 4)))
"""


def test_exceptions_are_asked_for(grade):
    refusing = SOLUTION.replace("return x * 2", "raise ValueError('no')").replace(">>>", "...")
    assert grade(RAISES, "def double(x): raise ValueError('also no')", refusing).status == "passed"
    assert "which should raise ValueError" in message(grade(RAISES, RIGHT, refusing))
    assert "raises KeyError, where it should raise ValueError" in message(
        grade(RAISES, "def double(x): raise KeyError", refusing)
    )
    assert grade(RAISES, "def double(x): raise NotImplementedError", refusing).status == "not_started"


def test_an_exception_is_no_answer_where_none_is_asked_for(grade):
    assert "raises ValueError: no (line 3: `raise ValueError" in message(
        grade(VALUES, "def double(x):\n    raise ValueError('no')")
    )


def test_a_property_is_given_results_of_the_right_form_only(grade):
    test = """
        def test_doubled(run, draw):
            x = draw(normal(3))
            assert torch.allclose(run(call, x=x), 2 * x.float()), "not twice"
    """
    assert grade(test, RIGHT).status == "passed"
    assert message(grade(test, "def double(x): return x")) == "not twice"
    assert "expected a tensor" in message(grade(test, "def double(x): return None"))
    assert "has shape (1,), expected (3,)" in message(grade(test, "def double(x): return x[:1]"))


COST = """
    def test_cost(check):
        check.cost(call, Case("large", x=normal(300, 200)), {limits})
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_a_case_for_recall_is_graded_where_that_is_asked_for(grade, processes):
    test = """
        CASES = [Case("a row", x=normal(3)), Case("a matrix", x=normal(2, 3), recall=True)]

        @pytest.mark.parametrize("case", CASES, ids=str)
        def test_values(check, case):
            check.values(call, case)
    """
    rows_only = "def double(x): return x + x if x.dim() == 1 else x"
    ordinary = grade(test, rows_only, processes=processes)
    assert [(test.name, test.points) for test in ordinary.tests] == [("values[a row]", 1.0)]
    recalled = grade(test, rows_only, processes=processes, recall=True)
    assert [(test.name, test.points, test.max_points) for test in recalled.tests] == [
        ("values[a row]", 0.5, 0.5),
        ("values[a matrix]", 0.0, 0.5),
    ]


def test_costs_are_observed(grade):
    looping = "def double(x): return torch.stack([row * 2 for row in x])"
    square = "def double(x): return (x[:, None] * torch.ones(4, 1))[:, 0] * 2"
    product = "def double(x): return x @ (2 * torch.eye(x.shape[1]))"
    calls, largest, flops = (COST.format(limits=limit) for limit in ("calls=5", "largest=60_000", "flops=2"))
    assert grade(calls, RIGHT).status == grade(largest, RIGHT).status == grade(flops, RIGHT).status == "passed"
    assert "302 torch operations, 302 times what the reference takes" in message(grade(calls, looping))
    assert "makes a tensor of 240,000 numbers on the way; here 60,000 are enough" in message(grade(largest, square))
    assert "multiplications and additions, beyond" in message(grade(flops, product))


def test_time_is_compared_with_the_reference(grade):
    slow = "import time\ndef double(x):\n    time.sleep(0.05)\n    return x * 2"
    test = COST.format(limits="seconds=5")
    assert grade(test, RIGHT).status == "passed"
    assert "times the reference's time; the limit is 5 times" in message(grade(test, slow))


def test_a_known_mistake_is_named(grade):
    mistakes = {"added instead": "x + 2", "only the first row": "torch.cat([x[:1] * 2, x[1:]])"}
    (test,) = grade(VALUES, "def double(x): return 2 + x", mistakes=mistakes).tests
    assert (test.mistake, test.hint) == ("added instead", "Why added instead?")
    (test,) = grade(VALUES, "def double(x): return x - 2", mistakes=mistakes).tests
    assert test.mistake == ""


def test_a_mistake_that_explains_everything_goes_before_one_that_explains_a_part(grade):
    test = """
        CASES = [Case("one row", x=normal(1, 4)), Case("two rows", x=normal(2, 4))]
        @pytest.mark.parametrize("case", CASES, ids=str)
        def test_values(check, case):
            check.values(call, case)
    """
    mistakes = {"tripled from the second row on": "torch.cat([x[:1] * 2, x[1:] * 3])", "tripled": "x * 3"}
    verdict = grade(test, "def double(x): return x * 3", mistakes=mistakes)
    assert {t.mistake for t in verdict.tests} == {"tripled"}
    verdict = grade(test, "def double(x): return torch.cat([x[:1] * 2, x[1:] * 3])", mistakes=mistakes)
    assert [t.mistake for t in verdict.tests] == ["", "tripled from the second row on"]
    assert not any(t.besides for t in verdict.tests)


def test_a_mistake_beside_another_is_named_where_all_that_it_does_is_seen(grade):
    test = """
        def negated(impl, x):
            return impl.double(-x)

        @pytest.mark.parametrize("scenario", [call, negated], ids=["positive", "negative"])
        def test_values(check, scenario):
            check.values(scenario, Case("numbers", x=uniform(3, 4, low=1.0, high=2.0)))
    """
    mistakes = {"tripled below 0": "x * torch.where(x < 0, 3, 2)", "tripled": "x * 3"}
    beside = grade(test, "def double(x): return x * torch.where(x < 0, 3, 5)", mistakes=mistakes)
    assert [(t.mistake, t.besides) for t in beside.tests] == [("", False), ("tripled below 0", True)]
    text = explained(beside, Words())
    assert "This looks like: tripled below 0; and something else is wrong, too" in text
    alone = grade(test, "def double(x): return x * torch.where(x < 0, 3, 2)", mistakes=mistakes)
    assert [(t.mistake, t.besides) for t in alone.tests] == [("", False), ("tripled below 0", False)]
    # Where the second only looks like it in a part of what it does, it is not named.
    likeness = grade(test, "def double(x): return x * torch.where(x < 0, 3, 5)", mistakes={"tripled": "x * 3"})
    assert [t.mistake for t in likeness.tests] == ["", ""]


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("def test_it(check):\n    check.values(call, Case('x', y=normal(3)))", "the reference raises TypeError"),
        ("def test_it(check):\n    1 / 0", "ZeroDivisionError"),
        ("def test_it(check, nothing): pass", "'nothing'"),
        ("def test_it(check:\n", "does not import"),
        ("import nowhere\ndef test_it(check): pass", "No module named 'nowhere'"),
    ],
)
def test_a_grader_that_fails_gives_no_grade(grade, test, reason):
    verdict = grade(test, RIGHT)
    assert (verdict.status, verdict.score) == ("ungraded", None)
    assert reason in verdict.message + "".join(t.message for t in verdict.tests)


def test_what_we_fail_to_describe_is_ungraded_and_the_judge_goes_on(grade, monkeypatch):
    def fail(*_):
        raise RecursionError("too deep")

    with monkeypatch.context() as patch:
        patch.setattr("kata.judge.checks.lines_of", fail)
        verdict = grade(VALUES, "def double(x): return x", in_process=True)
    assert (verdict.status, verdict.score) == ("ungraded", None)
    assert "RecursionError: too deep" in verdict.tests[0].message
    assert grade(VALUES, "def double(x): return x", in_process=True).status == "failed"


def test_a_grader_that_does_not_import_says_so_every_time(make_course, judge):
    course = make_course("def f(): pass\n", "import nowhere\n")
    (exercise,) = course.exercises
    for _ in range(2):
        (verdict,) = Judge(course, judge.sandbox).grade([exercise], [Job("x", {exercise.id: exercise.stub})])
        assert "No module named 'nowhere'" in verdict.exercises[0].message


KEEPS = {
    "the first answer": """
        kept = []
        def double(x):
            kept.append(x * 2)
            return kept[0].to(x)
    """,
    "an answer for each shape": """
        kept = {}
        def double(x):
            if x.shape not in kept:
                kept[x.shape] = x * 2
            return kept[x.shape].to(x)
    """,
}


@pytest.mark.parametrize("submission", KEEPS.values(), ids=KEEPS)
def test_what_is_kept_from_one_call_to_the_next(grade, submission):
    for in_process in (False, True):
        text = message(grade(VALUES, submission, in_process=in_process))
        assert text.startswith(
            "right if it is the first call, but after one with other inputs (what is kept from it?): "
        )
        assert "the result is wrong: 12 of 12 numbers off" in text and "for x: float32 (3, 4)" in text


def test_what_is_refused_once_only(grade):
    once = """
        told = []
        def double(x):
            if x.dim() < 2 and not told:
                told.append(x)
                raise ValueError("a matrix is asked for")
            return x * 2
    """
    solution = SOLUTION.replace("return x * 2", "if x.dim() < 2:\n        raise ValueError\n    return x * 2")
    text = message(grade(REFUSED, once, solution))
    assert text.startswith("right if it is the first call") and "accepts this input" in text


def test_a_wrong_answer_that_keeps_something_is_wrong_first(grade):
    assert "first call" not in message(grade(VALUES, KEEPS["the first answer"].replace("x * 2", "x * 3")))


LAYER = """\
\"\"\"A toy.\"\"\"
import torch

class Scale(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = torch.nn.Parameter(torch.ones(size))
        ### END SOLUTION

    def forward(self, x, shift=None):
        ### BEGIN SOLUTION
        scaled = x * self.weight
        return scaled if shift is None else scaled + shift
        ### END SOLUTION
"""
ON_LAYER = """
    def scale(impl, size, state, x, **options):
        return load(impl.Scale(size), state)(x, **options)

    N, B = between(2, 9), between(2, 9)
    STATE = weights(lambda impl, n: impl.Scale(n), N)
    ARGUMENTS = {"size": N, "state": STATE, "x": normal(B, N)}

    def test_values(check):
        check.%s(scale, Case("a shift", **ARGUMENTS, shift=normal(N), edges=[%s]))
"""


@pytest.mark.parametrize(
    "edge, was, becomes, said",
    [
        ("{}", "x * self.weight", "x * self.__dict__.setdefault('kept', self.weight)", "right if it is the first call"),
        ('{"shift": None}', "if shift is None else scaled + shift", "+ (self.set(shift))", "right if it is the first"),
        ("{B: 1}", "x * self.weight", "(x * self.weight).squeeze(0)", "has shape"),
        ("{B: 0}", "x * self.weight", "x * self.weight if len(x) else self.weight", "has shape"),
        ('{"shift": exactly([0.0])}', "if shift is None", "if shift is None or not shift.any()", "`shift`"),
    ],
)
def test_edges_of_a_case(grade, edge, was, becomes, said):
    kept = "\n    def set(self, x):\n        self.last = self.__dict__.get('last', 0) if x is None else x\n        return self.last\n"
    assert grade(ON_LAYER % ("gradients", edge), LAYER, LAYER).status == "passed"
    wrong = LAYER.replace(was, becomes) + kept
    assert said in message(grade(ON_LAYER % ("gradients", edge), wrong, LAYER))
    if "first" not in said:
        assert grade(ON_LAYER % ("gradients", "{}"), wrong, LAYER).status == "passed", "another edge sees it, too"


@pytest.mark.parametrize(
    "was, becomes, said",
    [
        ("self.weight", "self.gain", "the parameter `weight` of `Scale` is missing, it should be of shape ("),
        ("torch.ones(size)", "torch.ones(size, 1)", ", 1), it should be of shape ("),
        (
            "self.weight = torch.nn.Parameter(torch.ones(size))",
            "self.weight = torch.nn.Parameter(torch.ones(size)); self.b = torch.nn.Parameter(torch.ones(2))",
            "the parameter `b` of `Scale`, (2,), should not be there; it has weight, b",
        ),
    ],
)
def test_parameters_that_are_named_or_shaped_otherwise(grade, was, becomes, said):
    text = message(grade(ON_LAYER % ("values", ""), LAYER.replace(was, becomes), LAYER))
    assert said in text and "MissingError" not in text


def test_a_parameter_that_is_not_there_is_named_with_those_that_are_most_like_it(grade):
    test = """
    def names(impl, size):
        return parameters(impl.Scale(size), ["weight"])

    def test_names(check):
        check.values(names, Case("a size", size=between(2, 9)))
    """
    many = "; ".join(f"self.layer_{n} = torch.nn.Parameter(torch.ones(1))" for n in range(200))
    wrong = LAYER.replace("self.weight = torch.nn", f"{many}; self.wieght = torch.nn").replace("x * self.weight", "x")
    text = message(grade(test, wrong, LAYER))
    assert text.startswith("`Scale` has no parameter `weight`; it has wieght, layer_")
    assert text.partition("\n")[0].count("layer_") == 11
