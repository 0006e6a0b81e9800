"""The command line: reads what was asked for, runs that command, and turns every ending into an exit status.

Nothing here imports torch or rich: `kata --help` and the like answer at once, and `kata grade` gets to start the
sandbox before this process loads torch itself, so that both load it at the same time.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol, cast

from kata import __version__, language
from kata.errors import JudgeError, UsageError
from kata.language import told, tr

COMMANDS = (
    "grade",
    "watch",
    "next",
    "hint",
    "try",
    "diff",
    "case",
    "reset",
    "drill",
    "report",
    "start",
    "list",
    "doctor",
    "classroom",
    "release",
    "new",
    "stubs",
)
USAGE, JUDGE_FAILED, BROKEN_PIPE, INTERRUPTED = 2, 3, 141, 130
FULL = (errno.ENOSPC, errno.EDQUOT)  # a disk, or one's share of it: a fault of nobody's code


class Command(Protocol):
    """The interface of a module of kata.commands."""

    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


class Parser(argparse.ArgumentParser):
    """An argument parser that tells an error in one line, as all usage errors are told, without a list of options."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. `{self.prog} --help` says what it takes.")

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Add an argument as argparse does, with its help in the reader's language."""
        if settings.get("help"):
            settings["help"] = tr(settings["help"])
        return super().add_argument(*names, **settings)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `kata` with these arguments and return its exit status. No traceback, unless KATA_DEBUG is set."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a student's text may hold what this terminal cannot show
            stream.reconfigure(errors="replace")
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except UsageError as error:
        return _told(told(str(error)), USAGE)
    except JudgeError as error:
        return _told(told(str(error)), JUDGE_FAILED)
    except KeyboardInterrupt:
        return _told(tr("stopped; nothing was graded to the end."), INTERRUPTED)
    except BrokenPipeError:
        _forget_the_output()
        return BROKEN_PIPE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            _forget_the_output()
            return _told(tr("{said}. Make room on the disk, and try again.", said=error.strerror), JUDGE_FAILED)
        return _told(_fault(error), JUDGE_FAILED)


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands with their options."""
    parser = Parser(
        prog="kata",
        description=tr(
            "Learn how large language models work by writing them. Without a command: the loop, or in a pipe where you are."
        ),
        epilog=tr("Exit status: 0 all passed, 1 something did not, 2 usage, 3 the suite itself failed."),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kata {__version__}")
    commands = parser.add_subparsers(title=tr("commands"), dest="command", metavar="COMMAND", parser_class=Parser)
    for name in COMMANDS:
        module = _command(name)
        said = tr(module.HELP)
        module.arguments(commands.add_parser(name, help=said, description=said, allow_abbrev=False))
    return parser


def _run(argv: list[str]) -> int:
    if argv and not argv[0].startswith("-") and argv[0] not in COMMANDS:
        near = difflib.get_close_matches(argv[0], COMMANDS, n=1, cutoff=0.5)
        meant = f"Did you mean `kata {near[0]}`?" if near else f"The commands are {', '.join(COMMANDS)}."
        raise UsageError(f"There is no command '{argv[0]}'. {meant} `kata grade ID` grades an exercise.")
    try:
        args = parser().parse_args(argv)
    except SystemExit as end:  # --help and --version
        return int(end.code or 0)
    language.check()
    return _command(args.command or _without_a_command()).run(args)


def _without_a_command() -> str:
    """Start the loop for a person at a terminal; print a line or two of progress into a pipe."""
    at_a_terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return "watch" if at_a_terminal and sys.platform != "win32" else "where"


def _command(name: str) -> Command:
    return cast(Command, importlib.import_module(f"kata.commands.{name}"))


def _forget_the_output() -> None:
    """Have what is not written yet go nowhere: else Python complains once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(message: str, status: int) -> int:
    with contextlib.suppress(OSError):
        print(f"kata: {message}", file=sys.stderr)
    return status


def _fault(error: Exception) -> str:
    if os.environ.get("KATA_DEBUG"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    said = f"{type(error).__name__}: {error}".replace("\n", " ")
    return (
        tr("a fault of the suite, not of your code: {said}", said=said + place)
        + "\n"
        + tr("KATA_DEBUG=1 shows more. Please report it.")
    )
