"""Measurements of one grader: its own right and wrong answers at many seeds, and every mutant of the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from kata.course import Exercise
from kata.course.answers import Answers, Equivalent, Variant
from kata.course.grader_text import trains
from kata.errors import JudgeError
from kata.judge.run import Judge
from kata.judge.texts import grade_sources
from kata.strength.mutants import Mutant, mutants
from kata.strength.needed import Catches
from kata.strength.source import same_code
from kata.strength.variants import catches, grade_at_seeds, grade_until_clear
from kata.verdict import ExerciseVerdict

BATCH = 50  # submissions a run: mutants may take their whole time limit, and a run reports when it is done
MORE_SEEDS = (1, 2)  # the draws of one seed may spare a mutant by chance: survivors are tried with these as well
SANDBOXED_SEEDS = 3  # as in `make test`; the verdicts of the other seeds come three times as fast without a sandbox
LEAST_KILL_RATE = 0.98

Say = Callable[[str], None]


@dataclass(frozen=True)
class Seeds:
    """Numbers of seeds for known answers: a right one that fails at one seed of 200 wrongs somebody in every class."""

    right: int = 200
    mistakes: int = 25

    @classmethod
    def of(cls, exercise: Exercise) -> Seeds:
        """Choose the numbers for an exercise's record: few for a run of training, which costs a hundred times more."""
        return cls(20, 5) if trains(exercise) else cls()

    def at_most(self, number: int) -> Seeds:
        return Seeds(min(self.right, number), min(self.mistakes, number))


@dataclass
class Strength:
    """The measurements of one grader. `errors` and all that `broken_laws` says must be empty."""

    exercise: str
    seeds: Seeds
    right: int = 0  # right answers, the reference among them
    mistakes: int = 0
    passed: int = 0  # of right x their seeds
    caught: int = 0  # of mistakes x their seeds
    named: int = 0
    with_mutants: bool = False
    mutants: int = 0
    equivalents: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    catches: Catches = field(default_factory=Catches)
    errors: list[str] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return self.mutants - self.equivalents - len(self.survivors)

    @property
    def kill_rate(self) -> float:
        counted = self.mutants - self.equivalents
        return self.killed / counted if counted else 1.0

    @property
    def unneeded(self) -> list[str]:
        """The test functions that nothing calls for. Not known without the mutants."""
        return self.catches.nothing_alone(self.catches.functions) if self.with_mutants else []

    @property
    def broken_laws(self) -> list[str]:
        broken = list(self.errors)
        if self.kill_rate < LEAST_KILL_RATE:
            broken.append(f"the kill rate is {self.kill_rate:.1%}, below {LEAST_KILL_RATE:.0%}")
        return broken + [f"`test_{name}` is not needed: others catch all that it does" for name in self.unneeded]


def measure(
    judge: Judge,
    exercise: Exercise,
    *,
    seeds: Seeds,
    with_mutants: bool = True,
    processes: int = 1,
    say: Say = lambda line: None,
) -> Strength:
    """Measure one grader. A broken law is noted in the result, not raised."""
    strength = Strength(str(exercise), seeds, with_mutants=with_mutants)
    missing = [file for file in (exercise.solution, exercise.grader) if not file.is_file()]
    if missing:
        strength.errors = [f"{file.relative_to(exercise.root)} is missing" for file in missing]
        return strength
    return _Measuring(judge, exercise, processes, say, strength).run()


@dataclass
class _Measuring:
    judge: Judge
    exercise: Exercise
    processes: int
    say: Say
    strength: Strength

    def run(self) -> Strength:
        self.answers = Answers.of(self.exercise)
        self.solution = self.exercise.solution.read_text(encoding="utf-8")
        self._variants()
        if self.strength.with_mutants:
            self._mutants()
        return self.strength

    def _variants(self) -> None:
        """The reference and other right answers at every seed, known mistakes at those of theirs."""
        right = [Variant("the reference"), *self.answers.also_right]
        mistakes = self.answers.mistakes
        self.strength.right, self.strength.mistakes = len(right), len(mistakes)
        sources = [self.solution, *(variant.of(self.solution) for variant in [*right[1:], *mistakes])]
        wrong: dict[str, list[int]] = {}
        for seed, verdicts in self._at_every_seed(sources, mistakes):
            if seed == 0:
                self.strength.catches.order = [test.name for test in verdicts[0].tests]
            for variant, verdict in zip(right, verdicts, strict=False):
                self.strength.passed += verdict.status == "passed"
                if verdict.status != "passed":
                    wrong.setdefault(f"the right answer '{variant}' fails {_failures(verdict)}", []).append(seed)
            for variant, verdict in zip(mistakes, verdicts[len(right) :], strict=False):
                for complaint in self._mistake(variant, verdict, seed):
                    wrong.setdefault(complaint, []).append(seed)
            if (seed + 1) % 20 == 0:
                self.say(f"{seed + 1} of {self.strength.seeds.right} seeds")
        self.strength.errors += [f"{text} at {_some(which)}" for text, which in wrong.items()]

    def _at_every_seed(
        self, sources: Sequence[str], mistakes: Sequence[Variant]
    ) -> Iterator[tuple[int, list[ExerciseVerdict]]]:
        seeds, right = self.strength.seeds, len(sources) - len(mistakes)
        made = [*[""] * right, *(mistake.name for mistake in mistakes)]
        for seed in range(min(SANDBOXED_SEEDS, seeds.right)):
            # The whole of each verdict at one seed, in which the judge must not fail anywhere.
            verdicts = self._grade(sources, seed, right=right, until_clear=made if seed else None)
            yield seed, verdicts
        tests = [_named_by(verdict, mistake) for verdict, mistake in zip(verdicts, made, strict=True)]
        rest = partial(grade_at_seeds, self.exercise, processes=self.processes)
        yield from rest(sources, made, tests, range(SANDBOXED_SEEDS, seeds.mistakes))
        more = range(max(SANDBOXED_SEEDS, seeds.mistakes), seeds.right)
        yield from rest(sources[:right], made[:right], tests[:right], more)

    def _mistake(self, variant: Variant, verdict: ExerciseVerdict, seed: int) -> list[str]:
        caught, ungraded = caught_by(verdict), _ungraded(verdict)
        named = variant.name in {test.mistake for test in verdict.tests}
        self.strength.caught += bool(caught)
        self.strength.named += named
        if seed == 0:
            self.strength.catches.add(variant.name, caught)
        if ungraded:
            return [f"the judge fails at the mistake '{variant}': {ungraded}"]
        if not caught:
            return [f"the mistake '{variant}' is not caught"]
        return [] if named else [f"the mistake '{variant}' is caught but not named"]

    def _mutants(self) -> None:
        """Grade all mutants at one seed, and those that survive at two more."""
        every = mutants(self.solution)
        equivalent = self._equivalents({mutant.key: mutant for mutant in every})
        self.strength.mutants, self.strength.equivalents = len(every), len(equivalent)
        alive = every
        for seed in (0, *MORE_SEEDS):
            alive = self._survivors(alive, seed)
        self.strength.survivors = [mutant for mutant in alive if mutant.key not in equivalent]
        alive_keys = {mutant.key for mutant in alive}
        self.strength.errors += [
            f"[[equivalent]] lists '{entry}', which the grader catches: take it out"
            for key, entry in equivalent.items()
            if key not in alive_keys
        ]

    def _survivors(self, tried: list[Mutant], seed: int) -> list[Mutant]:
        alive = []
        for start in range(0, len(tried), BATCH):
            batch = tried[start : start + BATCH]
            verdicts = self._grade([m.source for m in batch], seed, until_clear=[None] * len(batch))
            for mutant, verdict in zip(batch, verdicts, strict=True):
                caught, ungraded = caught_by(verdict), _ungraded(verdict)
                if ungraded:
                    self.strength.errors.append(f"the judge fails at the mutant '{mutant}': {ungraded}")
                if caught:
                    self.strength.catches.add(mutant.name, caught)
                else:
                    alive.append(mutant)
            self.say(f"seed {seed}: {start + len(batch)} of {len(tried)} mutants, {len(alive)} alive")
        return alive

    def _equivalents(self, known: dict[str, Mutant]) -> dict[str, Equivalent]:
        """Check the grader's list of equivalent mutants, and return it by the key of each mutant."""
        listed: dict[str, Equivalent] = {}
        for entry in self.answers.equivalents:
            try:
                key = same_code(entry.of(self.solution))
            except (JudgeError, SyntaxError) as error:  # JudgeError: the solution does not hold `was`
                self.strength.errors.append(f"[[equivalent]] lists '{entry}', which cannot be made: {error}")
                continue
            if key not in known:
                text = f"[[equivalent]] lists '{entry}', which is no mutant; does `was` stand in several places?"
                self.strength.errors.append(text)
            elif key in listed:
                self.strength.errors.append(f"[[equivalent]] lists '{entry}' and '{listed[key]}', which are the same")
            elif not entry.reason:
                self.strength.errors.append(f"[[equivalent]] lists '{entry}' without a reason")
            else:
                listed[key] = entry
        return listed

    def _grade(
        self, sources: Sequence[str], seed: int, right: int = 0, until_clear: Sequence[str | None] | None = None
    ) -> list[ExerciseVerdict]:
        """Grade all in one run. A wrong answer that ran out of time has a second go: the machine may have been busy,
        and the test in which it happens to be so catches nothing. The first `right` ones must do without.

        `until_clear`, if given, is what `grade_until_clear` is told of their mistakes.
        """
        verdicts = self._grade_once(sources, seed, self.processes, until_clear)
        slow = [n for n, verdict in enumerate(verdicts) if n >= right and _ran_out_of_time(verdict)]
        if slow:
            theirs = until_clear and [until_clear[n] for n in slow]
            again = self._grade_once([sources[n] for n in slow], seed, 1, theirs)
            for n, verdict in zip(slow, again, strict=True):
                verdicts[n] = verdict
        return verdicts

    def _grade_once(
        self, sources: Sequence[str], seed: int, processes: int, until_clear: Sequence[str | None] | None
    ) -> list[ExerciseVerdict]:
        if until_clear is None:
            return grade_sources(self.judge, self.exercise, sources, seed=seed, processes=processes)
        return grade_until_clear(self.judge, self.exercise, sources, until_clear, seed=seed, processes=processes)


def _named_by(verdict: ExerciseVerdict, mistake: str) -> str:
    """The first test that names this mistake; nothing where none does, and for right answers."""
    return next((test.name for test in verdict.tests if mistake and test.mistake == mistake), "")


def _ran_out_of_time(verdict: ExerciseVerdict) -> bool:
    return any(test.status == "timed_out" for test in verdict.tests)


def caught_by(verdict: ExerciseVerdict) -> list[str]:
    """List the tests that found something wrong."""
    return [test.name for test in verdict.tests if catches(test)]


def _ungraded(verdict: ExerciseVerdict) -> str:
    """Say why the judge gave no verdict, if so: a grader must say what is wrong with any submission, not fail at it."""
    failures = [f"`{test.name}`: {test.message}" for test in verdict.tests if test.status == "ungraded"]
    return "; ".join(failures) or (verdict.message if verdict.status == "ungraded" else "")


def _failures(verdict: ExerciseVerdict) -> str:
    failed = [f"`{test.name}` ({test.message.partition(chr(10))[0]})" for test in verdict.tests if not test.passed]
    return ", ".join(failed) or verdict.message


def _some(seeds: list[int]) -> str:
    shown = ", ".join(map(str, seeds[:5])) + (", …" if len(seeds) > 5 else "")
    return f"{len(seeds)} seed{'s' * (len(seeds) > 1)} ({shown})"
