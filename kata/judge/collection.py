"""The tests of some graders: pytest finds them once, and they are run as often as there is something to grade."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_timeout

from kata.course import Exercise
from kata.errors import JudgeError
from kata.judge import plugin
from kata.judge.plugin import JUDGING, Judging
from kata.judge.scoring import describe_failure

# Only what a grader needs: each plugin left out saves time before the first verdict.
_LEFT_OUT = """
    cacheprovider capture debugging doctest faulthandler junitxml logging monkeypatch pastebin recwarn setuponly
    setupplan stepwise subtests terminal terminalprogress threadexception tmpdir unraisableexception warnings
"""
_SILENT = [
    "--assert=plain",
    "--import-mode=importlib",
    "--continue-on-collection-errors",
    "--disable-plugin-autoload",
    "-odisable_test_id_escaping_and_forfeit_all_rights_to_community_support=true",  # names are read, also in Chinese
    "--noconftest",
    f"-c{os.devnull}",
    *(f"-pno:{name}" for name in _LEFT_OUT.split()),
]


class Collection:
    """The tests of the graders that a `Judging` was last run on, found anew when other graders are wanted."""

    def __init__(self, root: Path, judging: Judging):
        self._root = root
        self._judging = judging
        self._session: pytest.Session | None = None  # None: what is there may not be run again
        self._found: Any = None  # what tells these tests from others

    def run(self, exercises: Sequence[Exercise]) -> None:
        """Run the tests of these exercises.

        Raises:
            JudgeError: pytest failed.
        """
        for exercise in exercises:
            _forget_if_changed(exercise)
        session, self._session = self._session, None
        try:
            if session and self._found == self._wanted(exercises):
                self._run_again(session)
            else:
                session = self._find_and_run(exercises)
                self._found = self._wanted(exercises)
        finally:
            for grader in self._judging.errors:  # half a module is left, which must not pass for the whole next time
                _imported.pop(grader, None)
        if not self._judging.errors:
            self._session = session

    def _wanted(self, exercises: Sequence[Exercise]) -> Any:
        graders = [(e.grader, _imported[e.grader], sys.modules.get(_module(e))) for e in exercises]
        return graders, len(self._judging.jobs or []), self._judging.recall

    def _find_and_run(self, exercises: Sequence[Exercise]) -> pytest.Session | None:
        arguments = [f"--rootdir={self._root}", *_SILENT, *(str(exercise.grader) for exercise in exercises)]
        registered = _Registered(self._judging)
        with _without_options_of_the_user():
            code = pytest.main(arguments, [registered, plugin, pytest_timeout])
        if self._judging.interrupted:
            raise KeyboardInterrupt
        if code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            raise JudgeError(f"pytest failed inside the judge: {'; '.join(self._judging.errors.values()) or code!r}")
        return registered.session

    def _run_again(self, session: pytest.Session) -> None:
        hook = session.config.hook
        try:
            hook.pytest_runtestloop(session=session)
        except Exception as error:
            raise JudgeError(f"pytest failed inside the judge: {describe_failure(error)}") from error
        finally:
            hook.pytest_sessionfinish(session=session, exitstatus=pytest.ExitCode.OK)  # ends what was interrupted


class _Registered:
    """A plugin that registers our `Judging` before pytest's plugin makes one of its own, and keeps the session."""

    session: pytest.Session | None = None

    def __init__(self, judging: Judging):
        self._judging = judging

    def pytest_addoption(self, parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
        pluginmanager.register(self._judging, JUDGING)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.session = session


@contextmanager
def _without_options_of_the_user() -> Iterator[None]:
    """Hide the user's own settings of pytest, which must not choose the tests of a grading."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _forget_if_changed(exercise: Exercise) -> None:
    """Have pytest import a grader anew whose exercise was edited, or that another course has under the same name."""
    name, now = _module(exercise), exercise.digest
    if _imported.get(exercise.grader) != now or getattr(sys.modules.get(name), "__file__", None) != str(
        exercise.grader
    ):
        sys.modules.pop(name, None)
    _imported[exercise.grader] = now


def _module(exercise: Exercise) -> str:
    return ".".join(exercise.grader.relative_to(exercise.root).with_suffix("").parts)


_imported: dict[Path, str] = {}  # grader -> its exercise's digest at the import
