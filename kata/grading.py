"""The words a grader is written in."""

from kata.cases import Case, Recipe, coin, exactly, integers, lower_triangle, normal, uniform, weights
from kata.scenario import load
from kata.solution import Equivalent, Variant

__all__ = [
    "Case",
    "Equivalent",
    "Recipe",
    "Variant",
    "coin",
    "exactly",
    "integers",
    "load",
    "lower_triangle",
    "normal",
    "uniform",
    "weights",
]
