"""`kata try`: the statement's examples, or lines of one's own, on the learner's answer."""

import io

import pytest

from kata.course.examples import examples_of, statements_of
from tests.commands.conftest import write

STATEMENT = '''def double(x):
    """Twice the number.

    >>> double(2)
    4
    >>> for n in range(2):
    ...     print(double(n))
    0
    2
    >>> double(None)
    Traceback (most recent call last):
    TypeError: no number: None
    """
    ### BEGIN SOLUTION
    if x is None:
        raise TypeError("no number: None")
    return x + x
    ### END SOLUTION


def half(x):
    """Half of it.

    >>> half(double(3))
    3.0
    """
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION
'''
ANSWER = """def double(x):
    if x is None:
        raise TypeError("no number: None")
    return x + x

def half(x):
    return x // 2
"""


@pytest.fixture
def tried(warm):
    write(warm / "solutions/01_one/double.py", STATEMENT)
    return write(warm / "exercises/01_one/double.py", ANSWER)


def test_examples_are_run_and_those_that_show_something_else_are_marked(tried, run):
    status, out, _ = run("try", "double")
    assert status == 1
    double, half = out.split("half\n", 1)
    assert ">>> for n in range(2):\n...     print(double(n))\n0\n2\n" in double
    assert "TypeError: no number: None" in double and "the statement says" not in double
    assert ">>> half(double(3))\n3\nthe statement says:\n3.0\n" in half
    assert "1 of 4 examples show something else" in half
    tried.write_text(ANSWER.replace("//", "/"))
    status, out, _ = run("try", "double")
    assert status == 0 and "All 4 examples show what the statement says." in out


def test_lines_of_ones_own_share_their_names(tried, run, monkeypatch):
    lines = ["x = double(2)\ny = torch.ones(1)", "if x > 3:\n    print('large')", "x, y, 1 / 0", "x"]
    status, out, _ = run("try", "double", *lines)
    assert status == 1
    assert "... \n" not in out and "large\n>>> x, y, 1 / 0\nZeroDivisionError: division by zero\n>>> x\n4\n" in out
    monkeypatch.setattr("sys.stdin", io.StringIO("double(double(4))\n"))
    status, out, _ = run("try", "double", "-")
    assert status == 0 and out == ">>> double(double(4))\n16\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("def double(x", "the file does not import: SyntaxError"),
        ("import os\ndef double(x): os._exit(3)", "ended the process (exit status 3)"),
        ("def double(x):\n    while True: pass", "is there a loop that never ends?"),
        ("def double(x): print('\\x1b[2J'); return x", ">>> double(1)\n[2J\n1\n"),
    ],
)
def test_whatever_the_answer_does_is_said(tried, run, monkeypatch, answer, said):
    monkeypatch.setattr("kata.commands.try.SECONDS", 0.5)
    tried.write_text(answer)
    _, out, err = run("try", "double", "double(1)")
    assert said in out + err and "\x1b" not in out + err


def test_what_is_no_python_is_told_with_its_line(tried, run):
    status, _, err = run("try", "double", "x = 1", "y = = 2")
    assert status == 2 and "Line 2 of what you typed is no Python" in err


def test_a_statement_without_examples_says_so(warm, run):
    write(warm / "solutions/01_one/double.py", "def double(x):\n    return 2 * x\n")
    status, out, _ = run("try", "double")
    assert status == 0 and "has no examples" in out


def test_methods_and_classes_have_examples_too():
    source = 'class A:\n    """>>> A()"""\n    def f(self):\n        """\n        >>> 1\n        1\n        """\n'
    assert [name for name, _ in examples_of(source)] == ["A", "A.f"]
    assert statements_of("a = 1; b = 2\nif a:\n  b\n") == ["a = 1; b = 2\n", "if a:\n  b\n"]
