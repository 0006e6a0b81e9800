"""JUnit's XML, as Jenkins, GitLab and GitHub read it: a suite an exercise, a case a test.

What a student could mend is a failure; what the judge failed at is an error.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from kata.report.parts import explained, reason, rounded
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict

# Characters that no XML 1.0 document may hold, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdicts: Sequence[SubmissionVerdict]) -> str:
    root = ET.Element("testsuites", name="kata")
    for verdict in verdicts:
        prefix = f"{verdict.submission} on {verdict.device}: " if len(verdicts) > 1 else ""
        for exercise in verdict.exercises:
            root.append(_suite(verdict, exercise, _legal(prefix)))
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("time", f"{sum(exercise.seconds for verdict in verdicts for exercise in verdict.exercises):.3f}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(verdict: SubmissionVerdict, exercise: ExerciseVerdict, prefix: str) -> ET.Element:
    tests = exercise.tests or [TestVerdict("grading", exercise.status, 0.0, 0.0, reason(exercise))]
    errors = [test for test in tests if test.status == "ungraded"]
    suite = ET.Element(
        "testsuite",
        name=prefix + exercise.id,
        tests=str(len(tests)),
        failures=str(sum(not test.passed for test in tests) - len(errors)),
        errors=str(len(errors)),
        skipped="0",
        time=f"{exercise.seconds:.3f}",
    )
    about = {
        "submission": verdict.submission,
        "status": exercise.status,
        "score": "" if exercise.score is None else f"{rounded(exercise.score):g}",
        "max_score": f"{rounded(exercise.max_score):g}",
        "device": verdict.device,
        "seed": "" if verdict.seed is None else str(verdict.seed),
        "isolation": verdict.isolation,
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in about.items():
        ET.SubElement(properties, "property", name=name, value=_legal(value))
    for test in tests:
        suite.append(_case(test, prefix + exercise.id.replace("/", ".")))
    if exercise.printed:
        ET.SubElement(suite, "system-out").text = _legal(exercise.printed)
    return suite


def _case(test: TestVerdict, owner: str) -> ET.Element:
    case = ET.Element("testcase", classname=owner, name=_legal(test.name))
    if not test.passed:
        text = _legal(explained(test))
        kind = "error" if test.status == "ungraded" else "failure"
        ET.SubElement(case, kind, type=test.status, message=text.partition("\n")[0]).text = text
    return case


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
