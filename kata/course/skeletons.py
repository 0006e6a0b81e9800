"""Skeletons of a new exercise's files: small, whole and true, so that every tool runs on them from the start."""

from __future__ import annotations

from textwrap import dedent


def solution(name: str) -> str:
    """The solution of an exercise that doubles its input."""
    title = name.replace("_", " ").capitalize()
    return _filled(_SOLUTION, name, title)


def grader(name: str) -> str:
    """The grader that goes with it."""
    title = name.replace("_", " ").capitalize()
    return _filled(_GRADER, name, title)


def answers(name: str) -> str:
    """The known answers that go with it. The laws ask for more right ones and more mistakes than these."""
    return _filled(_ANSWERS, name, "")


def oracle(name: str) -> str:
    """The oracle that goes with it: the same by another operation."""
    title = name.replace("_", " ").capitalize()
    return _filled(_ORACLE, name, title)


def _filled(text: str, name: str, title: str) -> str:
    return dedent(text).lstrip("\n").replace("NAME", name).replace("TITLE", title)


_SOLUTION = '''
    r"""# TITLE

    What it is and where it is used, in two or three sentences that a newcomer can follow.

    $$y = 2 x$$

    **Write** `NAME(x)`.

    - What comes out, of which shape and dtype.
    - What happens at the edges.

    Example: `NAME([1, 2])` is `[2, 4]`.

    Source: author, *title* (year), section, equation.
    """

    from jaxtyping import Float
    from torch import Tensor


    def NAME(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """What comes back, in a line.

        >>> import torch
        >>> NAME(torch.tensor([1.0, 2.0]))
        tensor([2., 4.])
        """
        ### BEGIN SOLUTION
        return 2 * x  # *shape
        ### END SOLUTION
'''

_GRADER = '''
    """TITLE: what is tested, in a line."""

    import pytest

    from kata.grading import Case, between, normal

    pytestmark = pytest.mark.exercise(points=10, seconds=2)


    def call(impl, x):
        return impl.NAME(x)


    CASES = [
        Case("a row", x=normal(between(2, 9))),
        Case("not contiguous", x=normal(between(4, 6), between(2, 3)).transposed()),
        Case("three axes", x=normal(2, 3, 2), recall=True),
    ]


    @pytest.mark.points(7)
    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_values(check, case):
        check.values(call, case)


    @pytest.mark.points(3)
    def test_gradients(check):
        check.gradients(call, Case("gradients", x=normal(between(2, 4), 5)))
'''

_ANSWERS = """
    # What is known of the answers to NAME: a grader lets the right ones pass, and catches and names the mistakes.
    difficulty = 1
    minutes = 15
    builds_on = []

    hints = [
        "A question that leads to the idea.",
        "Where the formula is, and what in it is easily missed.",
        "The shape of the code: how many lines, which operation in each.",
    ]

    [[also_right]]
    name = "adds instead of multiplying"
    was = "2 * x"
    becomes = "x + x"

    [[mistake]]
    name = "a factor is missing"
    hint = "What is the result for x = 1?"
    was = "2 * x"
    becomes = "x * 1"

    [[mistake]]
    name = "has no gradient"
    hint = "Which tensor does the loss still see?"
    was = "2 * x"
    becomes = "2 * x.detach()"
"""

_ORACLE = '''
    """TITLE against torch's sum, in float64."""

    import torch

    from tests.conftest import reference

    NAME = reference(__file__).NAME


    def test_NAME():
        x = torch.randn(3, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64, requires_grad=True)
        ours, theirs = NAME(x), torch.stack([x, x]).sum(0)
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
        cotangent = torch.linspace(-1, 1, 15, dtype=torch.float64).reshape(3, 5)
        gradients = torch.autograd.grad(ours, x, cotangent), torch.autograd.grad(theirs, x, cotangent)
        torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)
'''

WAITING = """\
Nobody has written answers from the statement alone yet: five wrong ones, two right ones. CONTRIBUTING.md says how.
"""
