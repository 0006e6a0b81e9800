"""`kata try ID`: the statement's examples, or lines of one's own, run on your answer in the sandbox."""

# ruff: noqa: N999 - the command is called by a word of Python's
from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from kata.commands.diff import sandboxed
from kata.console import console, shown
from kata.course import Course, Exercise
from kata.course.examples import agrees, examples_of, statements_of
from kata.errors import UsageError
from kata.language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from kata.judge.submission import Submission

HELP = "run the statement's examples, or lines of your own, on your answer"
SECONDS = 30.0  # for each docstring, or for all lines of one's own: whoever tries something may wait for it


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an exercise: `softmax`, or its whole id")
    parser.add_argument(
        "lines",
        nargs="*",
        metavar="LINE",
        help='Python in place of the examples: "softmax(torch.zeros(3))"; - reads it',
    )


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    (exercise,) = course.select([args.id])
    own = _own_lines(args.lines)
    with sandboxed(course, exercise) as sandbox:
        from kata.judge.submission import Submission
        from kata.sandbox.host import Limits

        text = exercise.stub.read_text(encoding="utf-8", errors="replace")
        answer = Submission(text, str(exercise.stub), sandbox, Limits(), SECONDS)
        try:
            return _show(console(), answer, own) if own else _try_examples(console(), answer, exercise)
        finally:
            answer.close()


def _own_lines(lines: Sequence[str]) -> list[str]:
    text = sys.stdin.read() if list(lines) == ["-"] else "\n".join(lines)
    try:
        return statements_of(text)
    except SyntaxError as error:
        raise UsageError(f"Line {error.lineno} of what you typed is no Python: {error.msg}") from None


def _show(out: Console, answer: Submission, statements: Sequence[str]) -> int:
    failed = False
    for statement, (text, raised) in zip(statements, ask(answer, statements), strict=True):
        _echo(out, statement, text + raised)
        failed |= bool(raised)
    return int(failed)


def _try_examples(out: Console, answer: Submission, exercise: Exercise) -> int:
    """Run each docstring's examples, and mark those that show something else."""
    wrong = count = 0
    for name, examples in examples_of(exercise.source.read_text(encoding="utf-8")):
        out.print(name, style="bold", markup=False, highlight=False)
        statements = [example.source for example in examples]
        for example, (text, raised) in zip(examples, ask(answer, statements), strict=True):
            _echo(out, example.source, text + raised)
            count += bool(example.want)
            if not agrees(example, text, raised):
                wrong += 1
                out.print(tr("the statement says:"), style="red")
                _print(out, example.want or tr("(nothing)"))
    name = shown(exercise.stub)
    if not count:
        out.print(
            tr("The statement of {id} has no examples. Type some: kata try {id} LINE", id=exercise.id), soft_wrap=True
        )
    elif wrong:
        out.print(tr("{wrong} of {count} examples show something else in {name}.", wrong=wrong, count=count, name=name))
    else:
        out.print(tr("All {count} examples show what the statement says.", count=count))
    return int(bool(wrong))


def ask(answer: Submission, statements: Sequence[str]) -> list[tuple[str, str]]:
    """Run statements on an answer, and return for each what it showed and the exception it raised.

    Raises:
        UsageError: none came through: the answer does not import, or a statement does not end.
    """
    from kata.execution.typed import LONGEST, typed
    from kata.judge.trial import Request
    from kata.text import plain
    from kata.verdict import Wrong

    request = Request(typed, {"statements": list(statements)}, "cpu", 0, None, "")
    answer.new_test()
    try:
        (outcome,) = answer.run([request])
    except Wrong as wrong:
        raise UsageError(str(wrong)) from None
    if outcome.raised:
        raise UsageError(str(answer.explain(outcome.raised)))
    found = outcome.outputs
    if not (isinstance(found, list) and len(found) == len(statements) and all(map(_is_shown, found))):
        raise UsageError("the answer gave something that is no result")
    return [(plain(text, LONGEST), plain(raised, LONGEST)) for text, raised in found]


def _is_shown(pair: object) -> bool:
    """Tell whether it has the form that `typed` gives: the answer shares a process with it, and may send another."""
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)


def _echo(out: Console, statement: str, text: str) -> None:
    first, *rest = statement.rstrip("\n").split("\n")
    _print(out, "\n".join([f">>> {first}", *(f"... {line}" for line in rest)]))
    if text:
        _print(out, text)


def _print(out: Console, text: str) -> None:
    from kata.report.parts import clean

    for line in text.rstrip("\n").split("\n"):
        out.print(clean(line), markup=False, highlight=False, soft_wrap=True)
