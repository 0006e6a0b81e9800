"""A solution file is the one source: its stub, and its right and wrong variants, are cut from it."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

# nbgrader's own delimiters, so that the same file is already the source of a notebook's solution cell.
REGION = re.compile(
    r"^(?P<indent>[ ]*)### BEGIN SOLUTION\n(?P<body>.*?)^[ ]*### END SOLUTION\n", re.MULTILINE | re.DOTALL
)


def stub(solution: str) -> str:
    """The file a student starts from: every marked region raises NotImplementedError."""
    return REGION.sub(r"\g<indent># YOUR CODE HERE\n\g<indent>raise NotImplementedError\n", solution)


def statement(solution: str) -> str:
    """The exercise's statement: the module docstring of its solution (or stub)."""
    return ast.get_docstring(ast.parse(solution)) or ""


@dataclass(frozen=True)
class Variant:
    """The reference with one edit: where it `was` so, it `becomes` so, in every marked region.

    Give `body` instead when a whole region differs: it replaces region number `region` (the last, unless said).
    `name` says to the instructor what a right answer does differently, and to a student which mistake was made;
    `hint` leads a student on without giving the answer away.
    """

    name: str
    was: str = ""
    becomes: str = ""
    body: str | None = None
    region: int = -1
    hint: str = ""

    def __str__(self) -> str:
        return self.name

    def of(self, solution: str) -> str:
        """The edited solution.

        Raises:
            ValueError: the edit changes nothing, because the solution no longer holds `was`.
        """
        regions = list(REGION.finditer(solution))
        chosen = regions if self.body is None else [regions[self.region]]
        edited = solution
        for region in reversed(chosen):
            edited = edited[: region.start("body")] + self._edit(region) + edited[region.end("body") :]
        if edited == solution:
            raise ValueError(f"the variant {self.name!r} changes nothing: {self.was!r} is not in the solution")
        return edited

    def _edit(self, region: re.Match[str]) -> str:
        if self.body is None:
            return region["body"].replace(self.was, self.becomes)
        return textwrap.indent(textwrap.dedent(self.body).strip("\n"), region["indent"]) + "\n"


@dataclass(frozen=True)
class Equivalent(Variant):
    """A mechanical change to the reference that changes nothing a test could see; `reason` says why."""

    reason: str = ""
