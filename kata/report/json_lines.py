"""JSON lines: an object for each submission. `schema.json` beside this file says what is in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kata.report.parts import clean, rounded
from kata.verdict import SCHEMA, ExerciseVerdict, SubmissionVerdict, TestVerdict

SHARE_DIGITS = 12  # more than a score has, so that the shares of nine cases still add up to one


def render(verdicts: Sequence[SubmissionVerdict]) -> str:
    return "".join(json.dumps(_submission(verdict), allow_nan=False) + "\n" for verdict in verdicts)


def _submission(verdict: SubmissionVerdict) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "submission": clean(verdict.submission),
        "score": None if verdict.score is None else rounded(verdict.score),
        "max_score": rounded(verdict.max_score),
        "isolation": verdict.isolation,
        "device": verdict.device,
        "seed": verdict.seed,
        "exercises": [exercise(one) for one in verdict.exercises],
    }


def exercise(verdict: ExerciseVerdict) -> dict[str, Any]:
    return {
        "id": verdict.id,
        "status": verdict.status,
        "score": None if verdict.score is None else rounded(verdict.score),
        "max_score": rounded(verdict.max_score),
        "seconds": round(verdict.seconds, 4),
        "tests": [_test(test) for test in verdict.tests],
        "message": clean(verdict.message),
        "printed": clean(verdict.printed),
    }


def _test(verdict: TestVerdict) -> dict[str, Any]:
    return {
        "name": clean(verdict.name),
        "passed": verdict.passed,
        "status": verdict.status,
        "points": round(verdict.points, SHARE_DIGITS),
        "max_points": round(verdict.max_points, SHARE_DIGITS),
        "message": clean(verdict.message),
        "mistake": clean(verdict.mistake),
        "hint": clean(verdict.hint),
        "besides": verdict.besides,
    }
