"""Mechanical mutants of a reference: each is the solution with one small edit in a marked region."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from kata.strength.operators import OPERATORS
from kata.strength.source import Source, same_code, same_on_one_device

# cosmic-ray replaces any operator by any other. Kept are replacements within one of these kinds: a shift or a bit
# operation of floats only ever raises TypeError, and of Boolean masks `*` is `&` under another name.
KINDS = [
    {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"},
    {"BitOr", "BitAnd", "BitXor"},
    {"LShift", "RShift"},
    {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"},
    {"Is", "IsNot"},  # apart: whether equal numbers are one object is an accident of the interpreter
]
# Left out altogether: the two take arguments; a unary plus does nothing that a dropped minus does not, and `-mask` or
# `not mask` of a tensor only raises. What is left of the unary operators is to drop them.
LEFT_OUT = re.compile(r"Variable(Replacer|Inserter)|ReplaceUnaryOperator_(?!Delete)")


@dataclass(frozen=True)
class Mutant:
    """A mutant by name, its whole text, and the lines that differ. Two with the same `key` are the same program."""

    name: str
    source: str
    key: str
    line: int

    def __str__(self) -> str:
        return self.name


def mutants(solution: str) -> list[Mutant]:
    """Make every mutant of the marked regions, once, in the order of the lines they change. Names are unique.

    Mutants that differ only in where they put tensors are left out: the strength is measured on the CPU, where nothing
    can tell. Whether a submission works on CUDA is tested with known mistakes, on a machine that has it.
    """
    known, found, here = {same_code(solution)}, [], same_on_one_device(solution)
    for operator, text in _edited(solution):
        try:
            key = same_code(text)
        except (SyntaxError, ValueError):  # ValueError: it parses, but has names where none may be
            continue
        if key not in known and same_on_one_device(text) != here:
            known.add(key)
            line, diff = one_line_diff(solution, text)
            found.append(Mutant(f"{operator}: {diff}", text, key, line))
    found.sort(key=lambda mutant: mutant.line)
    return _numbered(found)


def one_line_diff(old: str, new: str) -> tuple[int, str]:
    """The number of the first line that differs, and `- old | + new` with whatever lines differ."""
    before, after = old.splitlines(), new.splitlines()
    opcodes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changes = [change for change in opcodes if change[0] != "equal"]
    (_, first, _, start, _), (_, _, last, _, end) = changes[0], changes[-1]
    return first + 1, f"- {_joined(before[first:last])} | + {_joined(after[start:end])}"


def _edited(solution: str) -> Iterator[tuple[str, str]]:
    source = Source(solution)
    for name, operator in OPERATORS.items():
        for node in source.nodes():
            for edit in operator(node, source):
                if source.mutable(edit.start, edit.end):
                    yield name, source.edited(edit)
    tree = get_ast(solution)
    for full_name, name in _general_operators().items():
        operator, occurrence = get_operator(full_name)(), 0
        for node in ast_nodes(tree):
            for start, end in operator.mutation_positions(node):
                if source.mutable(source.offset(*start), source.offset(*end)):
                    text = mutate_code(solution, operator, occurrence)
                    if text is not None:
                        yield name, text
                occurrence += 1


@cache
def _general_operators() -> dict[str, str]:
    """The operators of cosmic-ray that are used: their own name, and ours for the family."""
    used = {}
    for full_name in operator_names():
        name = full_name.removeprefix("core/")
        family, *replacement = name.split("_")
        replaces = len(replacement) == 2 and family != "ReplaceUnaryOperator"
        crosses = replaces and not any(set(replacement) <= kind for kind in KINDS)
        if not LEFT_OUT.match(name) and not crosses:
            used[full_name] = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", family.removeprefix("Replace")).lower()
    return used


def _joined(lines: list[str]) -> str:
    code = " ".join(re.sub(r"\s+# .*", "", line).strip() for line in lines)  # without comments
    return re.sub(r"(?<=[\[(\s]) +|(?<=\w=) +", "", code)  # cosmic-ray leaves a space before a number


def _numbered(found: list[Mutant]) -> list[Mutant]:
    """Tell apart those whose name is the same because the same line stands in two places."""
    count, seen, numbered = Counter(mutant.name for mutant in found), Counter[str](), []
    for mutant in found:
        seen[mutant.name] += 1
        if count[mutant.name] > 1:
            mutant = replace(mutant, name=f"{mutant.name} (place {seen[mutant.name]})")
        numbered.append(mutant)
    return numbered
