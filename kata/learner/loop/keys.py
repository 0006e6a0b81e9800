"""Actions of the loop's keys, with the parts that a drill replaces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kata.console import shown
from kata.course import Course, Exercise
from kata.course.answers import Answers
from kata.errors import JudgeError, UsageError
from kata.language import told, tr
from kata.language.exercise import HINT, in_words, say
from kata.learner.listing import show as show_list
from kata.learner.loop.screen import Screen
from kata.learner.state import State
from kata.learner.stubs import replace, stub_of
from kata.report.words import Words


class Keys:
    """The part of the loop that a person's keys drive."""

    course: Course
    screen: Screen
    asked_to_reset: bool
    checking: int

    def open(self, exercise: Exercise) -> None:
        raise NotImplementedError

    def ask(self, *exercises: Exercise, counts: bool) -> None:
        raise NotImplementedError

    def file_of(self, exercise: Exercise) -> Path:
        return exercise.stub

    def watched(self) -> Path:
        return self.course.folder / "exercises"

    def seed(self) -> int:
        return 0

    def fresh(self, exercise: Exercise) -> str:
        return in_words(exercise, stub_of(exercise))

    def keys(self) -> dict[str, str]:
        return {
            "n": tr("next"),
            "h": tr("hint"),
            "d": tr("diff"),
            "l": tr("list"),
            "r": tr("reset"),
            "c": tr("check all"),
            "q": tr("quit"),
        }

    def actions(self) -> dict[str, Callable[[], None]]:
        return {"n": self.next, "h": self.hint, "d": self.diff, "l": self.list, "r": self.reset, "c": self.check_all}

    def next(self) -> None:
        state, exercises = State.load(self.course.folder), self.course.exercises
        place = exercises.index(self.screen.exercise) + 1
        coming = (one for one in (*exercises[place:], *exercises[:place]) if not state.passed(one))
        exercise = next(coming, None)
        if exercise is None:
            self.screen.extra = [tr("All is passed. `kata drill` keeps it fresh.")]
        else:
            self.open(exercise)

    def hint(self) -> None:
        exercise, state = self.screen.exercise, State.load(self.course.folder)
        try:
            hints = [say(exercise, HINT, hint) for hint in Answers.of(exercise).hints]
        except JudgeError as error:
            self.screen.extra = [told(str(error))]
            return
        seen = self.hints_seen(state, len(hints))
        state.save()
        self.screen.page = None
        self.screen.extra = [
            tr("Hint {number} of {count}: {hint}", number=n, count=len(hints), hint=hint)
            for n, hint in enumerate(hints[:seen], 1)
        ]

    def hints_seen(self, state: State, there_are: int) -> int:
        """Count one more hint as seen, and return how many are."""
        progress = state.of(self.screen.exercise)
        progress.hints = min(progress.hints + 1, there_are)
        return progress.hints

    def diff(self) -> None:
        verdict, exercise = self.screen.verdict, self.screen.exercise
        if verdict is None or verdict.status == "not_started":
            self.screen.extra = [tr("Nothing to compare yet: write something and save it.")]
        else:
            from kata.report import difference  # it needs torch, which is loaded by now

            self.screen.page = lambda out: difference.show(out, verdict, Words(exercise))

    def list(self) -> None:
        state = State.load(self.course.folder)
        self.screen.page = lambda out: show_list(out, self.course, state, self.screen.exercise)

    def reset(self) -> None:
        exercise, file = self.screen.exercise, self.screen.file
        if not self.asked_to_reset:
            self.asked_to_reset = True
            self.screen.extra = [
                tr("Press r once more to begin {file} anew. What you wrote is kept.", file=shown(file))
            ]
            return
        self.asked_to_reset = False
        try:
            kept = replace(exercise, self.fresh(exercise), file=file)
        except UsageError as error:
            self.screen.extra = [told(str(error))]
            return
        self.open(exercise)
        self.screen.verdict = None
        self.screen.extra = [tr("Yours is kept: {file}", file=kept)] if kept else []

    def check_all(self) -> None:
        self.checking = len(self.course.exercises)
        self.list()
        self.ask(*self.course.exercises, counts=True)
        self.screen.page = lambda out: show_list(out, self.course, State.load(self.course.folder), self.screen.exercise)
