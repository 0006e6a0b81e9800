"""What measures the graders: the mutants, the measuring, and the law that each test of a grader is needed.

Law 6 is held here by the known mistakes alone, at one seed: each test function catches a mistake that no other does. It
is the stricter and the cheaper form. `make verify` holds it as written, with the mutants.
"""

import textwrap
from contextlib import nullcontext

import pytest

from kata.course import Course
from kata.errors import UsageError
from kata.judge.rules import RULES
from kata.judge.run import Judge
from kata.strength import laws, records
from kata.strength.__main__ import main
from kata.strength.measure import Seeds, measure
from kata.strength.mutants import mutants, one_line_diff
from kata.strength.needed import Catches
from kata.strength.operators import OPERATORS
from kata.strength.records import first_go
from kata.strength.report import entry, report, table
from kata.strength.source import Source, same_code, same_on_one_device


def solution(body, signature="f(self, x, y, dim=-1)"):
    """A solution whose marked region is this body."""
    text = "import math\nimport torch\nimport torch.nn.functional as F\n\n\ndef {}:\n{}"
    marked = f"### BEGIN SOLUTION\n{textwrap.dedent(body).strip()}\n### END SOLUTION\n"
    return text.format(signature, textwrap.indent(marked, "    "))


def made(operator, body, **more):
    """The region after each edit that an operator makes."""
    source = Source(solution(body, **more))
    texts = [source.edited(edit) for node in source.nodes() for edit in OPERATORS[operator](node, source)]
    bodies = [text.partition("### BEGIN SOLUTION\n")[2].partition("    ### END")[0] for text in texts]
    return [textwrap.dedent(body).strip() for body in bodies]


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        ("other axis", "return x.sum(-1)", ["return x.sum(-2)"]),
        ("other axis", "return x.transpose(0, 2)", ["return x.transpose(1, 2)"]),
        ("other axis", "return x.sum(dim)", ["return x.sum(-1)", "return x.sum(0)"]),
        ("dropped keyword", "return x.sum(dim, keepdim=True)", ["return x.sum(dim)"]),
        ("swapped arguments", "return torch.where(x > 0, x, y)", ["return torch.where(x, x > 0, y)", "return torch.where(x > 0, y, x)"]),
        ("swapped arguments", "return x, y", ["return y, x"]),
        ("swapped arguments", "return torch.maximum(x, y)", []),
        ("removed call", "return (x - y).exp().sum()", ["return (x - y).exp()", "return (x - y).sum()"]),
        ("removed call", "return torch.exp(x - y)", ["return (x - y)"]),
        ("removed call", "return self.query(x)", ["return x"]),
        ("removed call", "raise TypeError(x)", []),
        ("removed transpose", "return x @ y.mT", ["return x @ y"]),
        ("removed statement", "x = x + 1\nz = x\nreturn z", ["pass\nz = x\nreturn z"]),
        ("removed context", "with torch.no_grad():\n    x.add_(1)", ["if True:\n    x.add_(1)"]),
        ("other exception", "raise ValueError(x)", ["raise Exception(x)"]),
        ("fixed condition", "return x if y else 0", ["return x if True else 0", "return x if False else 0"]),
        ("fixed condition", "while x:\n    pass", ["while False:\n    pass"]),
        ("fixed condition", "return [z for z in x if z]",
         ["return [z for z in x if True]", "return [z for z in x if False]"]),
        ("dropped condition", "return x and (y or dim)", ["return (y or dim)", "return x", "return x and (dim)", "return x and (y)"]),
        ("sibling function", "return x.sum(dim)", ["return x.mean(dim)", "return x.prod(dim)"]),
        ("sibling function", "return torch.amin(x)", ["return torch.amax(x)"]),
        ("other layer", "return self.q(x) + self.k(y)", ["return self.k(x) + self.k(y)", "return self.q(x) + self.q(y)"]),
        ("dropped bound", "return x[:, 1:y]", ["return x[:, :y]", "return x[:, 1:]"]),
        ("other update", "x += y", ["x = y", "x -= y"]),
        ("swapped operands", "return x - y / 2", ["return (y / 2) - x", "return x - 2 / y"]),
        ("dropped operand", "return x @ y", ["return x", "return y", "return x * y"]),
    ],
)  # fmt: skip
def test_an_operator_makes_these_edits(operator, before, after):
    assert sorted(made(operator, before)) == sorted(after)


def test_an_argument_is_replaced_by_others_of_its_kind():
    signature = 'f(q: Float[Tensor, "T D"], k: Float[Tensor, "S D"], mask: Bool[Tensor, "T S"] | None, n: int, m: int)'
    assert made("other argument", "return q * n", signature=signature) == ["return k * n", "return q * m"]
    assert made("other argument", "return q + k", signature="f(q, k)") == [], "no annotation, no kind"


def test_every_operator_has_an_example():
    (mark,) = [m for m in test_an_operator_makes_these_edits.pytestmark if m.name == "parametrize"]
    assert {case[0] for case in mark.args[1]} | {"other argument"} == set(OPERATORS)


def test_general_operators_are_used_where_they_mean_something():
    names = [m.name for m in mutants(solution("x = x + 1\nreturn x if y == 2 else -x"))]
    assert "binary operator: - x = x + 1 | + x = x - 1" in names
    assert "number replacer: - x = x + 1 | + x = x + 2" in names
    assert "comparison operator: - return x if y == 2 else -x | + return x if y <= 2 else -x" in names
    assert "unary operator: - return x if y == 2 else -x | + return x if y == 2 else x" in names
    assert not [name for name in names if "<<" in name or "^" in name or " is " in name.partition("| +")[2]]


def test_only_regions_are_touched():
    text = "import math\nLIMIT = 1 + 2\n\n\n" + solution("return x + 1") + "\n\ndef g(x):\n    return x.sum(-1) * 2\n"
    before, after = text.split("### BEGIN SOLUTION\n")[0], text.split("### END SOLUTION\n")[1]
    found = mutants(text)
    assert found
    assert all(m.source.startswith(before) and m.source.endswith(after) for m in found)
    assert {m.line for m in found} == {text[: text.index("return x + 1")].count("\n") + 1}


def test_words_and_annotations_are_left_alone():
    body = """
        y: int | None = x
        raise ValueError("x must be positive " + f"not {x - 1}", 5)
    """
    assert {m.name.partition(":")[0] for m in mutants(solution(body))} == {"removed statement", "other exception"}


def test_mutants_are_new_and_each_is_one_program():
    text = solution("if x > 0:\n    x = x.sum(-1, keepdim=True)  # (N, 1)\nreturn -x * 2")
    found = mutants(text)
    keys = [same_code(m.source) for m in found]
    assert len(set(keys)) == len(keys) and same_code(text) not in keys
    assert [m.line for m in found] == sorted(m.line for m in found)
    assert found == mutants(text), "twice the same"
    for mutant in found:
        compile(mutant.source, mutant.name, "exec")


def test_sources_that_differ_only_in_writing_are_the_same_program():
    assert same_code("x = f(-1)  # one") == same_code("x = f( - 1)")
    assert same_code("x.train") != same_code("pass")
    assert same_code("x") == same_code("pass")
    with pytest.raises(SyntaxError):
        same_code("return = 1")


def test_where_tensors_live_is_no_mutant():
    one, other = "x = x.to(device)\ny = torch.ones(3, device=x.device)", "pass\ny = torch.ones(3)"
    assert same_on_one_device(one) == same_on_one_device(other)
    assert same_on_one_device("x = x.to(y)") != same_on_one_device("pass")
    assert not mutants(solution("x = x.to(dim.device)", signature="f(x, dim)"))


def test_names_say_what_was_and_what_becomes():
    assert one_line_diff("a\nb  # why\nc\n", "a\nB  # why\nc\n") == (2, "- b | + B")
    assert one_line_diff("a\nb(\n    1,\n)\n", "a\npass\n") == (2, "- b(1, ) | + pass")
    twice = solution("x = x + 1\nx = x + 1\nreturn x")
    names = [m.name for m in mutants(twice)]
    assert len(set(names)) == len(names)
    assert "binary operator: - x = x + 1 | + x = x - 1 (place 2)" in names


def test_offsets_count_characters():
    assert made("dropped operand", 'z = "π²" + x  # é\nreturn z + y')[-1].endswith("return y")


def test_catches():
    catches = Catches(["values[a]", "values[b]", "shape"])
    catches.add("one", ["values[a]", "values[b]"])
    catches.add("two", ["values[a]", "shape"])
    catches.add("three", [])
    assert catches.functions == ["values", "shape"]
    assert catches.all_of("values") == ["one", "two"]
    assert catches.alone("values") == ["one"] and catches.alone("values[a]") == []
    assert catches.nothing_alone(catches.functions) == ["shape"]
    catches.add("four", ["shape"])
    assert catches.nothing_alone(catches.order) == ["values[a]", "values[b]"]


def test_a_table():
    assert table(["a", "n"], [["x", "1"], ["y", "–"]]) == "| a | n |\n| :-- | --: |\n| x | 1 |\n| y | – |"


def test_answers_nobody_had_thought_of():
    rights = {"right_x": "right", "right_y": "failed though right"}
    wrongs = {"wrong_one_two": "let through", "wrong_b": "right", "wrong_c": "right by the statement"}
    text = report([], "Python", {"t/softmax": rights | wrongs, "t/relu": {"wrong_a": "right"}})
    assert "| exercise | wrong answers | judged rightly | right answers | passed | mended |" in text
    mended = "`right_y` failed though right, `wrong_one_two` let through, `wrong_c` right by the statement"
    assert f"| t/softmax | 2 | 1 | 2 | 1 | {mended} |\n| t/relu | 1 | 1 | 0 | 0 | nothing |" in text
    assert "| together | 3 | 2 | 2 | 1 |  |" in text
    assert "nobody" not in report([], "Python", {})


def test_the_first_go_is_read_from_the_folder_of_the_exercise(tmp_path):
    write(tmp_path)
    (exercise,) = Course.load(tmp_path).exercises
    assert first_go(exercise) == {}
    exercise.unseen.mkdir(parents=True)
    (exercise.unseen / "first_go.json").write_text('{"wrong_x": "let through"}', encoding="utf-8")
    assert first_go(exercise) == {"wrong_x": "let through"}
    for text in ["[1]", '{"wrong_x": 1}', "{"]:
        (exercise.unseen / "first_go.json").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=r"first_go\.json cannot be read: .*Restore it"):
            first_go(exercise)


SOLUTION = '''"""# Shares"""


def shares(x):
    """Each number's share of its row."""
    ### BEGIN SOLUTION
    total, column = 0, x.shape[1]
    while column > 0:
        column -= 1
        total = total + x[:, column].abs()
    return x / total[:, None]
    ### END SOLUTION
'''
GRADER = '''"""Shares."""

import pytest

from kata.grading import Case, normal, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=0.3)


def call(impl, x):
    return impl.shares(x)


def test_values(check):
    check.values(call, Case("numbers", x={numbers}, dtypes=["float32"]))

{more}
'''
ANSWERS = """
[[also_right]]
name = "divides in place"
was = "x / total[:, None]"
becomes = "x.clone().div_(total[:, None])"

[[mistake]]
name = "the sum is over all rows"
hint = "Of which row?"
was = "total[:, None]"
becomes = "total.sum()"

[[mistake]]
name = "counts instead of sums"
hint = "Is every number 1?"
was = ".abs()"
becomes = ".abs().sign()"
"""
POSITIVE, BOTH_SIGNS = "uniform(3, 4, low=1.0, high=2.0)", "normal(3, 4)"


def equivalent(name, was, becomes, reason=""):
    lines = f'\n[[equivalent]]\nname = "{name}"\nwas = "{was}"\nbecomes = "{becomes}"\n'
    return lines + (f'reason = "{reason}"\n' if reason else "")


UNEQUAL = equivalent("unequal", "column > 0", "column != 0", "it counts down and meets 0")
KEPT = """
def test_signs_are_kept(run, draw):
    x = draw(normal(3, 4))
    assert (run(call, x=x).sign() == x.sign()).all()
"""
AGAIN = """
def test_values_again(check):
    check.values(call, Case("other numbers", x=normal(3, 4), dtypes=["float32"]))
"""
FAULTY = """
def test_faulty(run, draw):
    {}[round(run(call, x=draw(normal(3, 4))).abs().sum().item())]
"""


@pytest.fixture
def measured(tmp_path, judge):
    """Measures a grader of one small exercise, in a course of its own."""

    def one(numbers=BOTH_SIGNS, more="", equivalents=(), **options):
        write(tmp_path, numbers, more, *equivalents)
        course = Course.load(tmp_path)
        return measure(Judge(course, judge.sandbox), course.exercises[0], seeds=Seeds(1, 1), **options)

    return one


def write(root, numbers=BOTH_SIGNS, more="", *equivalents):
    tracks = '[[tracks]]\nid = "t"\ntitle = "T"\nexercises = ["shares"]\n'
    for path, text in [
        ("course.toml", f'title = "Tiny"\n{tracks}'),
        ("solutions/t/shares.py", SOLUTION),
        ("graders/t/test_shares.py", GRADER.format(numbers=numbers, more=more)),
        ("graders/t/shares.toml", ANSWERS + UNEQUAL + "".join(equivalents)),
    ]:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test_a_strong_grader_keeps_every_law(measured):
    strength = measured()  # some of the mutants count up for ever
    assert strength.broken_laws == [] and strength.survivors == []
    assert (strength.right, strength.passed, strength.mistakes, strength.caught, strength.named) == (2, 2, 2, 2, 2)
    assert strength.mutants > 20 and strength.equivalents == 1 and strength.kill_rate == 1


def test_a_weak_grader_shows_a_survivor(measured):
    strength = measured(POSITIVE)
    line = "total = total + x[:, column]"
    assert [m.name for m in strength.survivors] == [f"removed call: - {line}.abs() | + {line}"]
    assert 0.9 < strength.kill_rate < 1
    assert "the kill rate is" in strength.broken_laws[0]


def test_a_listed_equivalent_is_left_out(measured):
    strength = measured(POSITIVE, equivalents=[equivalent("no abs", ".abs()", "", "all numbers are above 0")])
    assert strength.broken_laws == [] and strength.survivors == [] and strength.equivalents == 2


def test_a_listed_equivalent_must_be_a_mutant_that_lives_and_have_a_reason(measured, tmp_path):
    strength = measured(
        equivalents=[
            equivalent("no abs", ".abs()", "", "so I thought"),
            equivalent("again", ".abs()", "", "so I thought"),
            equivalent("no plus", "total + x", "x"),
            equivalent("no mutant", "total", "x", "-"),
            equivalent("nowhere", "no such", "x", "-"),
        ]
    )
    unmade = f"{tmp_path}/graders/t/shares.toml:48: 'nowhere' changes nothing: no marked region holds 'no such'"
    assert strength.broken_laws == [
        "[[equivalent]] lists 'again' and 'no abs', which are the same",
        "[[equivalent]] lists 'no plus' without a reason",
        "[[equivalent]] lists 'no mutant', which is no mutant; does `was` stand in several places?",
        "[[equivalent]] lists 'nowhere', which cannot be made: " + unmade,
        "[[equivalent]] lists 'no abs', which the grader catches: take it out",
    ]


def test_an_unneeded_test_function_is_reported(measured):
    strength = measured(more=AGAIN)
    needless = [law for law in strength.broken_laws if "not needed" in law]
    assert needless == [f"`test_{name}` is not needed: others catch all that it does" for name in strength.unneeded]
    assert "values_again" in strength.unneeded


def test_a_property_that_holds_catches_nothing(measured):
    # It costs its points where no result agrees, but says nothing against the submission.
    strength = measured(more=KEPT, with_mutants=False)
    assert strength.catches.all_of("signs_are_kept") == []
    assert strength.unneeded == [], "not known without the mutants"
    assert strength.mutants == 0


def test_a_grader_that_fails_at_a_wrong_answer_is_an_error(measured):
    strength = measured(more=FAULTY.format("{3: True}"), with_mutants=False)
    assert [law for law in strength.broken_laws if "the judge fails at the mistake" in law]


def test_a_missing_grader_is_an_error(tmp_path, judge):
    write(tmp_path)
    (tmp_path / "graders/t/test_shares.py").unlink()
    course = Course.load(tmp_path)
    strength = measure(Judge(course, judge.sandbox), course.exercises[0], seeds=Seeds(1, 1))
    assert strength.broken_laws == ["graders/t/test_shares.py is missing"]
    assert "is missing" in report([entry(strength)], "Python", {})


def test_an_exercise_that_trains_is_measured_at_fewer_seeds(tmp_path):
    write(tmp_path)
    (exercise,) = Course.load(tmp_path).exercises
    assert Seeds.of(exercise) == Seeds(200, 25)
    exercise.grader.write_text(exercise.grader.read_text().replace("seconds=0.3", "seconds=0.3, trains=True"))
    assert Seeds.of(exercise) == Seeds(20, 5)


A_LAW = """
import pytest
@pytest.mark.proved
@pytest.mark.parametrize("exercise", ["t/shares", "t/shares_of_another"])
def test_of(exercise): assert exercise == "t/shares" and HOLDS
def test_of_no_record(): assert False
"""


@pytest.mark.filterwarnings("ignore:Unknown pytest.mark.proved")
def test_a_record_proves_the_laws_that_are_marked_so(tmp_path):
    write(tmp_path)
    (exercise,) = Course.load(tmp_path).exercises
    assert laws.broken_laws(exercise) == [], "there are none"
    file = tmp_path / "tests/laws/test_law.py"
    file.parent.mkdir(parents=True)
    file.write_text(A_LAW.replace("HOLDS", "True"))
    assert laws.broken_laws(exercise) == []
    file.write_text(A_LAW.replace("HOLDS", "False"))
    (broken,) = laws.broken_laws(exercise)
    assert broken.startswith("FAILED tests/laws/test_law.py::test_of[t/shares]")
    file.write_text("import nothing_of_this_name")
    (broken,) = laws.broken_laws(exercise)
    assert broken.startswith("ERROR tests/laws/test_law.py")


def test_the_command_writes_a_report(tmp_path, monkeypatch, capsys, judge):
    write(tmp_path)
    monkeypatch.setattr("kata.strength.__main__.Judge", lambda course: nullcontext(Judge(course, judge.sandbox)))
    monkeypatch.setattr(Seeds, "of", lambda exercise: Seeds(5, 4))
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    first = (tmp_path / "docs/strength.md").read_text(encoding="utf-8")
    assert "| [t/shares](#tshares) | 2 × 5 | 2 × 4 | 2 × 4 |" in first and "| 100.0% | 1 of 1 |" in first
    assert main(["--stale"]) == 0
    assert "up to date" in capsys.readouterr().err
    write(tmp_path, POSITIVE)
    assert main(["shares", "--seeds", "1", "-j", "2"]) == 1
    assert (tmp_path / "docs/strength.md").read_text(encoding="utf-8") == first, "fewer seeds are not recorded"
    out, err = capsys.readouterr()
    assert "mutants that live" in out and "below 98%" in err
    monkeypatch.setattr("kata.strength.records.RULES", RULES + 1)
    assert main(["--report"]) == 0
    text = (tmp_path / "docs/strength.md").read_text(encoding="utf-8")
    assert f"| exercise | rules |\n| :-- | --: |\n| t/shares | {RULES} |" in text
    monkeypatch.setattr(Seeds, "of", lambda exercise: Seeds(2, 1))
    assert main(["--older", "3"]) == 1
    text = (tmp_path / "docs/strength.md").read_text(encoding="utf-8")
    assert "Broken laws" in text and "older rules" not in text
    assert records.stale(Course.load(tmp_path)) == ["t/shares"], "a broken law is no proof, of whatever digest"
    (tmp_path / "docs/strength.md").unlink()
    assert main(["--report"]) == 0
    assert "Broken laws" in (tmp_path / "docs/strength.md").read_text(encoding="utf-8"), "made from the records"
    (tmp_path / "docs/strength/t/shares.json").write_text("[]", encoding="utf-8")
    assert main(["--stale"]) == 2
    assert "shares.json cannot be read" in capsys.readouterr().err
    assert main(["nothing"]) == 2
