"""Wrong answers by the tests that catch them, and so the tests that are needed: law 6."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


def function_of(test: str) -> str:
    """`values[one head]` → `values`."""
    return test.partition("[")[0]


@dataclass
class Catches:
    """The wrong answers, known mistakes and mutants, that each test catches."""

    order: list[str] = field(default_factory=list)  # the tests, as the grader has them
    by: dict[str, list[str]] = field(default_factory=dict)  # wrong answer -> the tests that catch it

    def add(self, wrong: str, tests: Iterable[str]) -> None:
        self.by[wrong] = list(tests)

    @property
    def functions(self) -> list[str]:
        return list(dict.fromkeys(map(function_of, self.order)))

    def by_function(self) -> dict[str, list[str]]:
        return {wrong: list(dict.fromkeys(map(function_of, tests))) for wrong, tests in self.by.items()}

    def all_of(self, function: str) -> list[str]:
        """The wrong answers that a test function catches."""
        return [wrong for wrong, functions in self.by_function().items() if function in functions]

    def alone(self, name: str) -> list[str]:
        """The wrong answers that a test function, or one test, catches and no other does."""
        table = self.by_function() if name in self.functions else self.by
        return [wrong for wrong, tests in table.items() if tests == [name]]

    def nothing_alone(self, names: Iterable[str]) -> list[str]:
        """List those of these functions or tests without which nothing would go uncaught."""
        return [name for name in names if not self.alone(name)]
