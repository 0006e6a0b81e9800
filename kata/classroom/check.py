"""`kata.check("softmax")` in a notebook: what was written so far, graded in a jailed worker, as a verdict to look at."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment

from kata.classroom.cells import Code, defined, module_text
from kata.classroom.graded import grader
from kata.console import number
from kata.course import Course
from kata.errors import UsageError
from kata.language import told, tr
from kata.report import clean, render
from kata.report.words import Words
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict

_PAGE = Environment(autoescape=True).from_string(  # everything in it is escaped: it may be a student's
    """\
<div style="border-left: 4px solid {{ colour }}; padding-left: 1em">
<p><b>{{ word(verdict.status) }}</b> {{ score }}, {{ verdict.id }}</p>
{% for test in verdict.tests if not test.passed -%}
<p style="white-space: pre-wrap; margin: 0.5em 0"><b>{{ words.test(test.name) }}</b> {{ word(test.status) }}
{{ said(test) }}</p>
{% endfor -%}
<p>{{ passed }}{{ "; " + reason if reason }}</p>
{% if printed %}<details><summary>{{ it_printed }}</summary><pre>{{ printed }}</pre></details>{% endif %}
<p style="opacity: 0.6">{{ how }}</p>
</div>
"""
)
COLOURS = {"passed": "green", "partial": "orange", "not_started": "gray"}


class Checked:
    """A verdict that a notebook shows as HTML, and a terminal as `kata grade` does."""

    def __init__(self, submission: SubmissionVerdict, words: Words):
        self.submission = submission
        self._words = words

    @property
    def verdict(self) -> ExerciseVerdict:
        return self.submission.exercises[0]

    def __repr__(self) -> str:
        return render([self.submission], [{}], "table", lambda exercise: self._words).rstrip("\n")

    def _repr_html_(self) -> str:
        verdict = self.verdict
        score = tr("no score") if verdict.score is None else f"{number(verdict.score)} / {number(verdict.max_score)}"
        passed = sum(test.passed for test in verdict.tests)
        isolation = self.submission.isolation
        return _PAGE.render(
            verdict=verdict,
            words=self._words,
            word=_word,
            said=self._said,
            colour=COLOURS.get(verdict.status, "crimson"),
            score=score,
            passed=tr("{passed} of {count} tests passed", passed=passed, count=len(verdict.tests)),
            reason=told(clean(verdict.message)),
            it_printed=tr("it printed:"),
            printed=clean(verdict.printed),
            how=tr(
                "device: {device}, isolation: {isolation}",
                device=self.submission.device,
                isolation=tr("none (NOT isolated)") if isolation == "none" else isolation,
            ),
        )

    def _said(self, test: TestVerdict) -> str:
        lines = [self._words.message(clean(test.message))]
        lines += [self._words.mistake(clean(test.mistake))] if test.mistake else []
        lines += [self._words.hint(clean(test.hint))] if test.hint else []
        return "\n".join(lines)


def _word(status: str) -> str:
    return tr(status).replace("_", " ")


def check(name: str, answer: str | Callable[..., Any] | None, caller: dict[str, Any], seed: int = 0) -> Checked:
    """Grade what the notebook, or the calling file, has for this exercise; or the `answer`: a function, or a text.

    Raises:
        UsageError: there is no such exercise, or nothing to grade.
    """
    course = Course.find()
    (exercise,) = course.select([name])
    wanted = defined(exercise.stub.read_text(encoding="utf-8"))
    if isinstance(answer, str):
        text = answer
    else:
        if answer is not None:
            wanted = [*wanted, answer.__name__]
        text = module_text([Code(cell) for cell in _written(answer, caller)], wanted)
    (submission,) = grader(course.root).grade([exercise.id], [{exercise.id: text}], seed=seed, allow_unisolated=True)
    return Checked(submission, Words(exercise))


def _written(answer: Callable[..., Any] | None, caller: dict[str, Any]) -> list[str]:
    """What was run so far: the cells of a notebook in the order in which they ran, or the text of a file."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        return [str(cell) for cell in shell.history_manager.input_hist_raw]
    file = inspect.getsourcefile(answer) if answer is not None else caller.get("__file__")
    if file is None or not Path(file).is_file():
        raise UsageError("kata.check finds nothing to grade here. Give it the text: kata.check(ID, 'def …')")
    return [Path(file).read_text(encoding="utf-8")]
