"""Known answers are data; what is wrong with them is said in one line, with file and line number."""

import re

import pytest

from kata.course.answers import Answers
from kata.errors import JudgeError

SOLUTION = '"""# Toy"""\n\n\ndef f(x):\n    ### BEGIN SOLUTION\n    y = x + 1\n    return y\n    ### END SOLUTION\n'
WHOLE = """
difficulty = 2
minutes = 20
builds_on = ["01_toy/other"]
hints = ["Which?", '''
How?''']

[[mistake]]
name = "minus"
hint = "Plus."
was = "x + 1"
becomes = "x - 1"

[[also_right]]
name = "in one line"
body = '''
[[mistake]] = "no header, but code"
return x + 1
'''

[[equivalent]]
name = "an addition the other way round"
reason = "it commutes"
was = "x + 1"
becomes = "1 + x"
"""


@pytest.fixture
def read(make_course):
    def one(text):
        return Answers.of(make_course(SOLUTION, "", text).exercises[0])

    return one


def test_all_that_there_may_be(read):
    found = read(WHOLE)
    assert (found.difficulty, found.minutes, found.builds_on) == (2, 20, ("01_toy/other",))
    assert found.hints == ("Which?", "How?")
    (mistake,), (right,), (equivalent,) = found.mistakes, found.also_right, found.equivalents
    assert "y = x - 1" in mistake.of(SOLUTION) and mistake.hint == "Plus."
    assert right.of(SOLUTION).count("return x + 1") == 1 and "y = " not in right.of(SOLUTION)
    assert equivalent.reason == "it commutes"
    assert [v.place.rpartition(":")[2] for v in (mistake, right, equivalent)] == ["8", "14", "21"]


def test_there_need_not_be_any(read):
    found = read("")
    assert found == Answers() and found.mistakes == ()


MINUS = '[[mistake]]\nname = "minus"\nwas = "+"\nbecomes = "-"\n'


@pytest.mark.parametrize(
    "text, line, said",
    [
        ('hints = [\n  "a"\n', 3, "Mend that line"),
        ("difficulty = 1\nhints = 'a'\n", 2, "`hints` is not a list of texts"),
        ("minutes = 3.5\n", 1, "`minutes` is not a whole number"),
        ("minutes = 3\ndifficulty = 5\n", 2, "from 1 to 4"),
        ("hint = 'a'\n", 1, "`hint` is not known here"),
        ("[mistake]\nname = 'a'\n", 1, "written [[mistake]]"),
        (MINUS + 'hints = ["a"]\n', 5, "`hints` is not known in [[mistake]]"),
        (MINUS + "\n[[mistake]]\nhint = 'a'\n", 6, "has no `name`"),
        (MINUS + "\n[[mistake]]\nname = 'a'\n", 6, "needs either `was` and `becomes`, or `body`"),
        (MINUS + "body = 'x'\n", 1, "needs either"),
        ("[[mistake]]\nname = 'a'\nwas = '+'\n", 1, "says what `was`"),
        ("[[mistake]]\nname = 3\n", 2, "`name` is not a text"),
        ("[[also_right]]\nname = 'a'\nbody = 'x'\nregion = '0'\n", 4, "`region` is not a whole number"),
        ("[[also_right]]\nname = 'a'\nbody = 'x'\nhint = 'x'\n", 4, "`hint` is not known in [[also_right]]"),
        (MINUS + "\n" + MINUS, 6, "'minus' is the name of the one on line 1 already"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(read, text, line, said):
    with pytest.raises(JudgeError, match=re.escape(said)) as error:
        read(text)
    assert f"toy.toml:{line}: " in str(error.value) and "\n" not in str(error.value)


def test_an_edit_of_what_is_gone(read):
    (mistake,) = read('\n[[mistake]]\nname = "minus"\nwas = "x * 1"\nbecomes = "x"\n').mistakes
    with pytest.raises(JudgeError, match=r"toy\.toml:2: 'minus' changes nothing: no marked region holds 'x \* 1'"):
        mistake.of(SOLUTION)


def test_a_body_for_each_region(read):
    two = SOLUTION + SOLUTION[SOLUTION.index("\n\ndef") :].replace("def f", "def g")
    table = '[[also_right]]\nname = "both"\nbodies = ["return 1", "return 2"]\n'
    (both,) = read(table).also_right
    assert re.findall(r"return \d", both.of(two)) == ["return 1", "return 2"]
    with pytest.raises(JudgeError, match=r"'both' has 2 bodies, and the solution 1 regions"):
        both.of(SOLUTION)
