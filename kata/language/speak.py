"""The language a learner reads. `tr("…")` is gettext's `_`, which this code uses for what it throws away.

What is printed says `tr`. What is raised stays English, in logs and reports alike, and is translated where it is shown:
`told` finds the message it was made from. The catalogues are .po files read as they are: nothing to compile, and
nothing compiled that could be stale.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from kata.errors import UsageError
from kata.language.catalogue import ENGLISH, LANGUAGES, harness

VARIABLE = "KATA_LANG"
TYPED = "KATA_TYPED"  # the Makefile sets it
_COMMAND = re.compile(
    r"(?<![\w-])(?<!-m )kata (?P<call>(?:grade|watch|drill|diff|case|report|next|list|hint|reset|doctor)\b(?: (?!--)[^`\s]+)*)"
    r"(?: (?P<options>--[^`]*))?"
)

_forced = ""


def tr(message: str, **values: object) -> str:
    """The message in the reader's language, with these values in its places."""
    language = chosen()
    if language != ENGLISH:
        message = harness(language).get(("", message), message)
    return _as_typed(message.format(**values) if values else message)


def told(message: str) -> str:
    """Translate a message that was made in English into the reader's language, as far as the catalogue has it."""
    language = chosen()
    if language == ENGLISH or not message:
        return _as_typed(message)
    from kata.language.templates import translated

    return _as_typed(translated(message, language))


def _as_typed(message: str) -> str:
    """Name commands as who reads this types them: under make, `make hint softmax`."""
    if os.environ.get(TYPED) != "make":
        return message
    return _COMMAND.sub(_under_make, message)


def _under_make(found: re.Match[str]) -> str:
    options = f' ARGS="{found["options"]}"' if found["options"] else ""
    return f"make {found['call']}{options}"


def chosen() -> str:
    """Choose the language: KATA_LANG, else the one that the folder was started in, else the locale's, else English."""
    if _forced:
        return _forced
    asked = os.environ.get(VARIABLE, "")
    if asked:
        return known(asked) or ENGLISH
    return _of_the_folder(Path.cwd()) or known(_locale()) or ENGLISH


def check() -> None:
    """Refuse a KATA_LANG that there is nothing for.

    Raises:
        UsageError: it names no language of ours.
    """
    asked = os.environ.get(VARIABLE, "")
    if asked and not known(asked):
        raise UsageError(f"There is no translation for {VARIABLE}={asked}. Take one of: en, zh.")


def asked(name: str) -> str:
    """The language of an option --lang.

    Raises:
        UsageError: there is no translation into it.
    """
    language = known(name)
    if not language:
        raise UsageError(f"There is no translation for --lang {name}. Take one of: en, zh.")
    return language


def known(name: str) -> str:
    """Find our name of a language: `zh`, `zh_CN.UTF-8`, `zh-Hans` → `zh_CN`; "" for one without a catalogue."""
    short = re.split(r"[^a-z]", name.strip().lower(), maxsplit=1)[0]
    if short in ("c", "posix"):
        return ENGLISH
    return next((language for language in LANGUAGES if short and language.partition("_")[0] == short), "")


def use(language: str) -> None:
    """Speak this language from now on, whatever the environment says; "" goes back to that."""
    global _forced
    _forced = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language in between, and afterwards as before."""
    before = _forced
    use(language)
    try:
        yield
    finally:
        use(before)


def _locale() -> str:
    return next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")


@cache
def _of_the_folder(start: Path) -> str:
    """The language that `kata start --lang` noted in this folder, or in the nearest one above it with a state."""
    for folder in (start, *start.parents):
        try:
            state = json.loads((folder / ".kata" / "state.json").read_bytes())
            return known(str(state.get("language", "")))
        except OSError:
            continue
        except (ValueError, AttributeError, RecursionError):
            return ""  # whoever loads the state says so
    return ""
