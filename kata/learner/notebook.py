"""`kata.check("softmax")` in a notebook: the code so far, graded in a jailed worker, as a verdict to look at."""

from __future__ import annotations

import base64
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment

from kata.console import number
from kata.course import Course
from kata.errors import UsageError
from kata.language import told, tr
from kata.learner.code_cells import Code, defined, module_text
from kata.report import render
from kata.report.parts import clean, said_before
from kata.report.words import Words
from kata.service.client import grader
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict

_PAGE = Environment(autoescape=True).from_string(  # everything in it is escaped: it may be a student's
    """\
<div style="border-left: 4px solid {{ colour }}; padding-left: 1em">
<p><b>{{ status }}</b> {{ score }}, {{ verdict.id }}</p>
{% for test in tests if not test.passed -%}
<p style="white-space: pre-wrap; margin: 0.5em 0"><b>{{ test.name }}</b> {{ test.status }}
{{ test.text }}</p>
{% if test.picture %}<img src="data:image/png;base64,{{ test.picture }}" alt="{{ test.alt }}" style="max-width: 100%">
{% endif -%}
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
        verdict, isolation = self.verdict, self.submission.isolation
        score = (
            f"{number(verdict.score)} / {number(verdict.max_score)}" if verdict.score is not None else tr("no score")
        )
        passed = sum(test.passed for test in verdict.tests)
        before = said_before(verdict.tests)
        return _PAGE.render(
            verdict=verdict,
            status=_word(verdict.status),
            colour=COLOURS.get(verdict.status, "crimson"),
            score=score,
            tests=[self._shown(test, before.get(test.name, "")) for test in verdict.tests],
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

    def _shown(self, test: TestVerdict, before: str) -> dict[str, Any]:
        words, lines = self._words, [self._words.message(clean(test.message))]
        if test.mistake:
            lines.append(words.mistake(clean(test.mistake), test.besides))
        if test.hint:
            lines.append(words.hint(clean(test.hint)))
        if before:  # it is said once
            lines = [tr("as in {name}", name=words.test(before))]
        return {
            "name": words.test(test.name),
            "passed": test.passed,
            "status": _word(test.status),
            "text": "\n".join(lines),
            **_drawn(test),
        }


def _word(status: str) -> str:
    return tr(status).replace("_", " ")


def _drawn(test: TestVerdict) -> dict[str, str]:
    """A picture of what the test compared, with the same in words for one who does not see it."""
    if test.difference is None:
        return {}
    from kata.report.difference import picture

    wrong = test.difference.wrong
    alt = tr(
        "Heat maps of the numbers you got, of those expected, and of how far off each is: {wrong} of {count} are wrong.",
        wrong=int(wrong.sum()),
        count=wrong.numel(),
    )
    return {"picture": base64.b64encode(picture(test.difference)).decode(), "alt": alt}


def check(name: str, answer: str | Callable[..., Any] | None, caller: dict[str, Any], seed: int = 0) -> Checked:
    """Grade what the notebook, or the calling file, has for this exercise; or the `answer`: a function, or a text.

    Raises:
        UsageError: there is no such exercise, or nothing to grade.
    """
    course = Course.find()
    (exercise,) = course.select([name])
    wanted = defined(exercise.source.read_text(encoding="utf-8"))
    if isinstance(answer, str):
        text = answer
    else:
        if answer is not None:
            wanted = [*wanted, answer.__name__]
        text = module_text([Code(cell) for cell in _written(answer, caller)], wanted)
    (submission,) = grader(course.root).grade(
        [exercise.id], [{exercise.id: text}], seed=seed, allow_unisolated=True, differences=True
    )
    return Checked(submission, Words(exercise))


def _written(answer: Callable[..., Any] | None, caller: dict[str, Any]) -> list[str]:
    """Collect the code run so far: the cells of a notebook in the order in which they ran, or the text of a file."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        return [str(cell) for cell in shell.history_manager.input_hist_raw]
    file = inspect.getsourcefile(answer) if answer is not None else caller.get("__file__")
    if file is None or not Path(file).is_file():
        raise UsageError("kata.check finds nothing to grade here. Give it the text: kata.check(ID, 'def …')")
    return [Path(file).read_text(encoding="utf-8")]
