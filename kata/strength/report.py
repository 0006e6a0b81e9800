"""docs/strength.md: what was measured, in tables. The same measurements give the same file, so it holds no date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kata.judge.rules import RULES
from kata.strength.measure import LEAST_KILL_RATE, MORE_SEEDS, Strength

HEAD = """# Strength of the graders

How much the graders catch, measured by grading answers whose worth is known: the reference and other right answers, the
known mistakes, and mechanical mutants of the reference. Made by `make verify` with {made_with}, on the CPU;
`make verify ARGS=softmax` measures one exercise again, and `make verify ARGS=--stale` those that have changed.

- **Right answers** must pass, and **mistakes** must be caught and named, at every seed: `4 × 200` are 4 answers at 200
  seeds each. What is to pass is tried at more seeds: a right answer that fails at one in 200 wrongs somebody in a class.
- **Mutants** are the reference with one small edit: another operator, number, comparison, axis or argument, a call, a
  statement or a condition dropped. Each is graded at seed 0 and, if it lives, at the seeds {more}. One that runs out of
  time is caught. Those that no test could tell from the reference are listed in the grader as equivalent, with the
  reason, and not counted. The kill rate is of the rest, and must be {least:.0%} or more.
- **Needed** is a test function that catches a mistake or a mutant that no other test function of its grader does.
"""
OLDER = """## Measured under older rules

Since these were measured, the harness has changed in how it judges: its rules have the number {rules} now. `make test` holds
these exercises to the laws by the new rules, at one seed; `make verify ARGS="--older 5"` measures five of them again.
"""
UNSEEN = """## Answers nobody had thought of

From each statement alone, without a look at its grader, plausible wrong answers and unusual right ones were written. The
table says how they were judged at the first go, at the seeds 0, 1 and 2: a wrong one rightly if it does not pass and no
mistake is named that is not its own, a right one if it passes. Of the others the last column tells what was mended: the
grader or, where it promised too much, the statement. What only its author took for wrong is not counted. The answers are in
`tests/unseen`, and `make test` judges them anew.
"""
UNSEEN_COLUMNS = ["exercise", "wrong answers", "judged rightly", "right answers", "passed", "mended"]
NAMES = """## What is named

A verdict names a known mistake where all that it does is seen in the answer. If that does not explain all that failed, the
verdict says that something else is wrong, too. How often unseen wrong answers are named, and what is said of a sample of
answers that make two known mistakes at once, in the tests that they fail; a name is false if neither of the two bears it,
and the one that does gives something else. Measured by `python -m kata.strength.names`, at seed 0.
"""
NAMES_COLUMNS = [
    "exercise",
    "unseen answers caught",
    "named",
    "pairs of mistakes",
    "tests failed",
    "named",
    "names that are false",
]
COLUMNS = [
    "exercise",
    "right answers passed",
    "mistakes caught",
    "mistakes named",
    "mutants",
    "equivalent",
    "caught",
    "kill rate",
    "test functions needed",
]
NOT_MEASURED = "–"
RIGHT_AFTER_ALL = "right by the statement"  # how a wrong answer was judged of which its author was mistaken


@dataclass(frozen=True)
class Entry:
    """The report's entry of one exercise: its row of the summary, and its section."""

    row: list[str]
    section: str


@dataclass
class Names:
    """Counts of mistakes that verdicts named. `false` must be empty."""

    pairs: int = 0  # answers that make two mistakes
    tests: int = 0  # that these failed
    named: int = 0  # of the tests
    caught: int = 0  # of the pairs
    unseen: int = 0  # wrong answers that nobody had thought of, and that do not pass
    unseen_named: int = 0
    false: list[str] = field(default_factory=list)


def entry(strength: Strength) -> Entry:
    return Entry(_summary(strength), _section(strength))


def report(
    entries: Sequence[Entry],
    made_with: str,
    unseen: Mapping[str, Mapping[str, str]],
    older: Mapping[str, int] | None = None,
    names: Mapping[str, Names] | None = None,
) -> str:
    """Write the whole page. `unseen` says how each answer that nobody had thought of was judged, by exercise and name.

    `older` has the exercises that were measured under older rules than today's, with the number of these.
    """
    head = HEAD.format(made_with=made_with, more=" and ".join(map(str, MORE_SEEDS)), least=LEAST_KILL_RATE)
    summary = table(COLUMNS, [entry.row for entry in entries])
    sections = [
        *([_older(older)] if older else []),
        *([_unseen(unseen)] if unseen else []),
        *([_names(names)] if names else []),
    ]
    return "\n\n".join([head + "\n" + summary, *sections, *(entry.section for entry in entries)]) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    right = [bool(rows) and all(row[n][:1] in "0123456789–" for row in rows) for n, _ in enumerate(columns)]
    rules = ["--:" if to_the_right else ":--" for to_the_right in right]
    return "\n".join(f"| {' | '.join(row)} |" for row in [columns, rules, *rows])


def code(text: str) -> str:
    """Text as it stands, in a table's cell too."""
    ticks = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{ticks}{space}{text}{space}{ticks}".replace("|", "\\|")


def _summary(strength: Strength) -> list[str]:
    functions = strength.catches.functions
    mutants = [NOT_MEASURED] * 5
    if strength.with_mutants:
        mutants = [
            str(strength.mutants),
            str(strength.equivalents),
            str(strength.killed),
            f"{strength.kill_rate:.1%}",
            f"{len(functions) - len(strength.unneeded)} of {len(functions)}",
        ]
    return [
        f"[{strength.exercise}](#{strength.exercise.replace('/', '')})",
        _share(strength.passed, strength.right, strength.seeds.right),
        _share(strength.caught, strength.mistakes, strength.seeds.mistakes),
        _share(strength.named, strength.mistakes, strength.seeds.mistakes),
        *mutants,
    ]


def _share(found: int, answers: int, seeds: int) -> str:
    whole = answers * seeds
    return f"{answers} × {seeds}" if found == whole else f"{found} of {whole} ({answers} × {seeds})"


def _older(older: Mapping[str, int]) -> str:
    rows = [[exercise, str(rules)] for exercise, rules in older.items()]
    return OLDER.format(rules=RULES) + "\n" + table(["exercise", "rules"], rows)


def _unseen(unseen: Mapping[str, Mapping[str, str]]) -> str:
    rows, totals = [], [0, 0, 0, 0]
    for exercise, verdicts in unseen.items():
        wrong = [v for name, v in verdicts.items() if name.startswith("wrong_") and v != RIGHT_AFTER_ALL]
        right = [v for name, v in verdicts.items() if name.startswith("right_")]
        counts = [len(wrong), wrong.count("right"), len(right), right.count("right")]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        mended = [f"{code(name)} {v}" for name, v in verdicts.items() if v != "right"]
        rows.append([exercise, *map(str, counts), ", ".join(mended) or "nothing"])
    rows.append(["together", *map(str, totals), ""])
    return UNSEEN + "\n" + table(UNSEEN_COLUMNS, rows)


def _names(names: Mapping[str, Names]) -> str:
    rows = [
        [exercise, *map(str, (n.unseen, n.unseen_named, n.pairs, n.tests, n.named, len(n.false)))]
        for exercise, n in names.items()
    ]
    sums = [str(sum(int(row[column]) for row in rows)) for column in range(1, len(NAMES_COLUMNS))]
    return NAMES + "\n" + table(NAMES_COLUMNS, [*rows, ["together", *sums]])


def _section(strength: Strength) -> str:
    parts = [f"## {strength.exercise}"]
    if strength.broken_laws:
        parts.append("**Broken laws**\n\n" + "\n".join(f"- {text}" for text in strength.broken_laws))
    if strength.catches.order:
        parts.append(_functions(strength))
    if strength.survivors:
        columns = ["line", "mutants that live"]
        parts.append(table(columns, [[str(mutant.line), code(mutant.name)] for mutant in strength.survivors]))
    idle = strength.catches.nothing_alone(strength.catches.order)
    if idle:
        names = "\n".join(f"- {code(name)}" for name in idle)
        parts.append(f"Single tests that catch nothing alone, kept for what they say:\n\n{names}")
    return "\n\n".join(parts)


def _functions(strength: Strength) -> str:
    catches, rows = strength.catches, []
    for function in catches.functions:
        alone = catches.alone(function)
        rows.append([code(f"test_{function}"), str(len(catches.all_of(function))), str(len(alone)), _example(alone)])
    return table(["test function", "catches", "alone", "for example"], rows)


def _example(alone: Sequence[str]) -> str:
    """Choose the plainest example: known mistakes come first."""
    return code(alone[0]) if alone else "nothing"
