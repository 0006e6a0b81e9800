"""The words a grader is written in."""

from kata.cases import (
    Case,
    Number,
    Recipe,
    between,
    choice,
    coin,
    exactly,
    integers,
    lower_triangle,
    normal,
    uniform,
    weights,
)
from kata.changes import (
    hide_a_row,
    hide_some,
    huge_and_of_either_sign,
    large_at_the_end,
    nothing_for_the_second,
    starting_with,
)
from kata.elsewhere import Elsewhere
from kata.scenario import load
from kata.texts import characters, lines

__all__ = [
    "Case",
    "Elsewhere",
    "Number",
    "Recipe",
    "between",
    "characters",
    "choice",
    "coin",
    "exactly",
    "hide_a_row",
    "hide_some",
    "huge_and_of_either_sign",
    "integers",
    "large_at_the_end",
    "lines",
    "load",
    "lower_triangle",
    "normal",
    "nothing_for_the_second",
    "starting_with",
    "uniform",
    "weights",
]
