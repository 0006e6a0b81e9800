"""A scenario run in this process: for trusted code, which may still change what others rely on."""

import sys

import torch

from kata.execution.scenario import execute_here
from kata.judge.reference import load_module


def test_a_recursion_limit_that_was_raised_is_put_back():
    before = sys.getrecursionlimit()
    outcome = execute_here(sys, lambda impl: impl.setrecursionlimit(10**6) or torch.ones(1), {}, seed=0)
    assert outcome.raised is None and sys.getrecursionlimit() == before


def test_one_raised_at_the_top_of_a_module_is_put_back():
    before = sys.getrecursionlimit()
    load_module("import sys\nsys.setrecursionlimit(10**6)\nraised = sys.getrecursionlimit()\n", "answer.py")
    assert sys.getrecursionlimit() == before
