"""Every report says the same, in the form of its reader, and lets no text of a student's act on that reader."""

import io
import json
import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from kata.console import console
from kata.errors import JudgeError
from kata.report import gradescope, json_lines, junit, table
from kata.verdict import STATUSES, SubmissionVerdict, TestVerdict, exercise_verdict

SCHEMA = json.loads(files("kata").joinpath("report/schema.json").read_text(encoding="utf-8"))
NASTY = "\x1b[31mred\x00 [bold red]x[/bold red] [/] :boom: <b>&amp;]]> \ud800 \uffff \u202e äß 中"

ODD_FOLDER = Path("/course/\x1b[31mred [link=x] %41")


def test(name, status="passed", points=1.0, message="", mistake="", hint=""):
    return TestVerdict(name, status, points if status == "passed" else 0.0, points, message, mistake, hint)


test.__test__ = False


def submission(*exercises, label="exercises", device="cpu", isolation="full"):
    return SubmissionVerdict(label, device, 7, isolation, list(exercises))


def passing(name="01_a/one"):
    return exercise_verdict(name, [test("values[x]", points=10.0)], 0.1)


def failing(name="01_a/two", printed=""):
    tests = [
        test("values[small]", points=2.5),
        test(
            "values[large]", "failed", 2.5, "is NaN\nfor x: float32 (3,)", "no maximum subtracted", "What is exp(1000)?"
        ),
        test(
            "values[huge]", "failed", 2.5, "is NaN\nfor x: float32 (9,)", "no maximum subtracted", "What is exp(1000)?"
        ),
        test("gradients", "timed_out", 2.5, "no result within 2 s"),
    ]
    return exercise_verdict(name, tests, 0.25, printed)


def unwritten(name="01_a/three", count=4):
    return exercise_verdict(
        name, [test(f"t{n}", "not_started", 10 / count, "not written yet") for n in range(count)], 0.1
    )


def ungraded(name="01_a/four"):
    return exercise_verdict(name, [], 0.0, message="/x/test_four.py does not import: NameError: oops")


def nasty():
    return exercise_verdict("01_a/odd", [test(NASTY, "failed", 10.0, NASTY, NASTY, NASTY)], 0.1, printed=NASTY)


def every_status():
    return [exercise_verdict(f"01_a/{s}", [test("a", s, 10.0, "why")], 0.1) for s in STATUSES if s != "partial"]


def shown(*verdicts, width=100, terminal=False, folder=Path("/course/exercises")):
    out = io.StringIO()
    if terminal:
        to = Console(file=out, force_terminal=True, width=width, color_system="standard", markup=False)
    else:
        to = console(out)
    table.show(to, verdicts, [{e.id: folder / f"{e.id}.py" for e in v.exercises} for v in verdicts])
    return out.getvalue()


# --- json


@pytest.mark.parametrize(
    "verdict",
    [
        submission(passing(), failing(printed="hello"), unwritten()),
        submission(ungraded(), passing()),
        submission(*every_status()),
        submission(),
        submission(nasty(), label=NASTY, isolation="none"),
    ],
    ids=["mixed", "ungraded", "every status", "empty", "nasty"],
)
def test_json_is_what_its_schema_says(verdict):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    text = json_lines.render([verdict, verdict])
    assert text.count("\n") == 2 and text.isascii() and text.endswith("\n")
    for line in text.splitlines():
        found = json.loads(line)
        jsonschema.validate(found, SCHEMA)
        assert set(found) == set(SCHEMA["required"]), "the schema names all there is"
        for exercise in found["exercises"]:
            assert set(exercise) == set(SCHEMA["$defs"]["exercise"]["required"])
            for one in exercise["tests"]:
                assert set(one) == set(SCHEMA["$defs"]["test"]["required"])


def test_the_schema_knows_every_status():
    assert SCHEMA["$defs"]["status"]["enum"] == list(STATUSES)


def test_the_schema_refuses_a_score_for_what_is_ungraded():
    found = json.loads(json_lines.render([submission(ungraded())]))
    assert found["score"] is None and found["exercises"][0]["score"] is None
    found["exercises"][0]["score"] = 0.0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, SCHEMA)


def test_json_has_no_dust():
    tests = [test(f"t{n}", points=0.1) for n in range(3)]
    found = json.loads(json_lines.render([submission(exercise_verdict("01_a/one", tests, 0.1))]))
    assert found["score"] == found["max_score"] == 0.3


# --- junit


def test_junit_counts():
    root = ET.fromstring(junit.render([submission(passing(), failing(printed="hello"), unwritten(), ungraded())]))
    assert root.tag == "testsuites"
    assert {k: root.get(k) for k in ("tests", "failures", "errors")} == {"tests": "10", "failures": "7", "errors": "1"}
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["01_a/one", "01_a/two", "01_a/three", "01_a/four"]
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
        assert float(suite.get("time")) >= 0 and all(case.get("classname") and case.get("name") for case in cases)
    two = suites["01_a/two"]
    assert two.get("time") == "0.250" and two.find("system-out").text == "hello"
    failure = two.find("testcase/failure")
    assert failure.get("message") == "is NaN" and failure.get("type") == "failed"
    assert "This looks like: no maximum subtracted\nHint: What is exp(1000)?" in failure.text
    assert "NameError: oops" in suites["01_a/four"].find("testcase/error").text
    properties = {p.get("name"): p.get("value") for p in two.iter("property")}
    assert properties["score"] == "2.5" and properties["seed"] == "7" and properties["isolation"] == "full"


def test_junit_tells_submissions_apart():
    root = ET.fromstring(junit.render([submission(passing(), label="ann"), submission(passing(), label="bob")]))
    assert [suite.get("name") for suite in root] == ["ann on cpu: 01_a/one", "bob on cpu: 01_a/one"]
    assert len({case.get("classname") for case in root.iter("testcase")}) == 2


def test_junit_escapes_what_xml_cannot_hold():
    text = junit.render([submission(nasty(), label=NASTY)])
    root = ET.fromstring(text)  # raises where it is not well-formed
    text.encode("utf-8")
    assert "<b>&amp;]]>" in root.find("testsuite/system-out").text
    assert "\\x1b[31mred\\x00" in root.find("testsuite/system-out").text
    assert ET.fromstring(junit.render([submission(nasty(), label=NASTY)] * 2)).find("testsuite").get("name")


# --- gradescope


def test_gradescope():
    found = json.loads(gradescope.render(submission(passing(), failing(), isolation="none")))
    assert found["score"] == 12.5 and found["stdout_visibility"] == "hidden" and found["visibility"] == "visible"
    assert "NOT isolated" in found["output"] and "01_a/two: partial, 2.5 / 10" in found["output"]
    assert [t["status"] for t in found["tests"]] == ["passed", "passed", "failed", "failed", "failed"]
    assert sum(t["score"] for t in found["tests"]) == found["score"]
    assert sum(t["max_score"] for t in found["tests"]) == 20
    assert found["tests"][2]["name"] == "01_a/two: values[large]"
    assert found["tests"][2]["output"].endswith("This looks like: no maximum subtracted\nHint: What is exp(1000)?")
    for one in found["tests"]:
        assert set(one) == {"name", "score", "max_score", "status", "output", "visibility"}
        assert one["visibility"] == "visible"
    assert {found["output_format"], found["test_output_format"], found["test_name_format"]} == {"text"}


def test_gradescope_adds_up_for_what_is_refused():
    refused = exercise_verdict("01_a/one", [test("a", points=5.0), test("b", "refused", 5.0, "uses it")], 0.1)
    found = json.loads(gradescope.render(submission(refused)))
    assert found["score"] == 0 == sum(t["score"] for t in found["tests"])


def test_gradescope_has_no_grade_for_what_is_ungraded():
    with pytest.raises(JudgeError):
        gradescope.render(submission(passing(), ungraded()))


# --- table


def test_table_says_it_all():
    text = shown(submission(passing(), failing(printed="\n".join(map(str, range(30)))), ungraded()))
    lines = text.splitlines()
    assert re.match(r"passed +10 / 10 +01_a/one +0\.10 s$", lines[0])
    assert re.match(r"partial +2\.5 / 10 +01_a/two +0\.25 s$", lines[1])
    assert re.match(r"ungraded +no score +01_a/four", lines[2])
    assert "01_a/two  /course/exercises/01_a/two.py" in text
    assert "values[small]" not in text, "what passed needs no words"
    for words in ("values[large] and 1 more  (0 of 5)", "is NaN", "for x: float32 (3,)", "timed out", "within 2 s"):
        assert text.count(words) == 1, "one cause is said once, on the smallest case"
    assert text.count("This looks like: no maximum subtracted") == text.count("Hint: What is exp(1000)?") == 1
    assert "NameError: oops" in text
    assert "    9\n    … 20 more lines" in text
    assert "total no score / 20, 1 of 3 passed, 1 not graded: the judge failed" in text
    assert lines[-1] == "device: cpu, seed: 7, isolation: full"


def test_table_says_once_that_nothing_is_isolated():
    text = shown(*(submission(passing(), isolation="none", label=label) for label in "ab"))
    assert text.count("NOT isolated") == 1 and "isolation: none (NOT isolated; `kata doctor` says why)" in text
    assert "a on cpu\n" in text and "b on cpu\n" in text


def test_table_collapses_what_says_the_same():
    text = shown(submission(unwritten(count=12)))
    assert text.count("not written yet") == 1 and "all 12 tests" in text
    tests = [test("a"), *(test(f"b{n}", "failed", 1.0, "the same") for n in range(3))]
    text = shown(submission(exercise_verdict("01_a/one", tests, 0.1)))
    assert text.count("the same") == 1 and "b0 and 2 more  (0 of 3)" in text


def test_table_gives_a_line_to_many_not_started():
    text = shown(submission(passing(), *(unwritten(f"01_a/e{n:02}") for n in range(50))))
    assert len(text.splitlines()) < 8
    assert re.search(r"not started +0 / 500 +50 exercises, 01_a/e00 to 01_a/e49", text)


def test_table_is_short_where_several_failed():
    tests = [test(f"t{n}", "failed", 1.0, f"message {n}") for n in range(10)]
    two = [exercise_verdict(f"01_a/{name}", tests, 0.1) for name in ("one", "two")]
    text = shown(submission(*two))
    assert "message 2" in text and "message 3" not in text and "7 more; `kata grade 01_a/two` shows all" in text
    assert "message 9" in shown(submission(two[0]))


def test_table_in_a_pipe_is_plain_and_unwrapped():
    long = exercise_verdict("01_a/one", [test("t", "failed", 1.0, "word " * 100)], 0.1)
    text = shown(submission(long), width=40)
    assert "\x1b" not in text and ("word " * 100).strip() in text


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_table_fits_a_terminal(width):
    text = shown(submission(failing(printed="x " * 200), ungraded(), unwritten()), width=width, terminal=True)
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)
    assert "\x1b" not in plain
    for line in plain.splitlines():
        assert len(line) <= max(width, 36), line  # at least 20 columns for a message at its indentation
    words = " ".join(plain.split())
    assert "no result within 2 s" in words


def test_table_links_files_on_a_terminal():
    text = shown(submission(failing()), terminal=True)
    assert "file:///course/exercises/01_a/two.py" in text
    assert "file://" not in shown(submission(failing()))


@pytest.mark.parametrize("terminal", [False, True])
def test_table_takes_text_as_it_stands(terminal):
    text = shown(submission(nasty(), label=NASTY), submission(nasty()), terminal=terminal, width=500, folder=ODD_FOLDER)
    text.encode("utf-8")
    ours = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)
    assert "\x1b" not in ours and "\x00" not in ours and "\u202e" not in ours
    assert "[31mred [bold red]x[/bold red] [/] :boom: <b>&amp;]]>" in ours
    assert "\x1b[31mred" not in text


def test_table_shows_every_status_in_words():
    text = shown(submission(*every_status()))
    for status in STATUSES:
        assert status == "partial" or status.replace("_", " ") in text
