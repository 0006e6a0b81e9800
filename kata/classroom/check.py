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
from kata.report import clean, explained, render
from kata.verdict import ExerciseVerdict, SubmissionVerdict

_PAGE = Environment(autoescape=True).from_string(  # everything in it is escaped: it may be a student's
    """\
<div style="border-left: 4px solid {{ colour }}; padding-left: 1em">
<p><b>{{ status }}</b> {{ score }}, {{ verdict.id }}</p>
{% for test in tests if not test.passed -%}
<p style="white-space: pre-wrap; margin: 0.5em 0"><b>{{ test.name }}</b> {{ test.status.replace("_", " ") }}
{{ test.text }}</p>
{% endfor -%}
<p>{{ passed }} of {{ tests | length }} tests passed{{ "; " + reason if reason }}</p>
{% if printed %}<details><summary>it printed</summary><pre>{{ printed }}</pre></details>{% endif %}
<p style="opacity: 0.6">device: {{ device }}, isolation: {{ isolation }}</p>
</div>
"""
)
COLOURS = {"passed": "green", "partial": "orange", "not_started": "gray"}


class Checked:
    """A verdict that a notebook shows as HTML, and a terminal as `kata grade` does."""

    def __init__(self, submission: SubmissionVerdict):
        self.submission = submission

    @property
    def verdict(self) -> ExerciseVerdict:
        return self.submission.exercises[0]

    def __repr__(self) -> str:
        return render([self.submission], [{}], "table").rstrip("\n")

    def _repr_html_(self) -> str:
        verdict = self.verdict
        score = "not graded" if verdict.score is None else f"{number(verdict.score)} / {number(verdict.max_score)}"
        tests = [
            {**vars(test), "passed": test.passed, "text": explained(test.message, test.mistake, test.hint)}
            for test in verdict.tests
        ]
        isolation = self.submission.isolation
        return _PAGE.render(
            verdict=verdict,
            status=verdict.status.replace("_", " "),
            colour=COLOURS.get(verdict.status, "crimson"),
            score=score,
            tests=tests,
            passed=sum(test.passed for test in verdict.tests),
            reason=clean(verdict.message),
            printed=clean(verdict.printed),
            device=self.submission.device,
            isolation="none (NOT isolated)" if isolation == "none" else isolation,
        )


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
    (submission,) = grader(course.root).grade([exercise.id], [{exercise.id: text}], seed=seed, allow_unisolated=True)
    return Checked(submission)


def _written(answer: Callable[..., Any] | None, caller: dict[str, Any]) -> list[str]:
    """What was run so far: the cells of a notebook in the order in which they ran, or the text of a file."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        return [str(cell) for cell in shell.history_manager.input_hist_raw]
    file = inspect.getsourcefile(answer) if answer is not None else caller.get("__file__")
    if file is None or not Path(file).is_file():
        raise UsageError("kata.check finds nothing to grade here. Give it the text: kata.check(ID, 'def …')")
    return [Path(file).read_text(encoding="utf-8")]
