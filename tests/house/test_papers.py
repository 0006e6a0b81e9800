"""Pages for who inherits the code name what there is."""

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import kata.grading
from kata.judge.checks import Check
from kata.judge.scoring import Options
from tests.conftest import ROOT

GRADERS = (ROOT / "docs/graders.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [word for word in kata.grading.__all__ if word not in ("Case", "Number", "Recipe")])
def test_each_word_of_a_grader_is_on_its_page(word):
    assert re.search(rf"`{word}[`(]|{word}\(", GRADERS), f"docs/graders.md has no `{word}`"


@pytest.mark.parametrize("word", [f"check.{name}" for name in vars(Check) if not name.startswith("_")])
def test_each_check_is_on_its_page(word):
    assert f"`{word}(" in GRADERS


@pytest.mark.parametrize("option", Options.__annotations__)
def test_each_option_of_the_mark_is_on_its_page(option):
    assert f"| `{option}` |" in GRADERS


@pytest.mark.parametrize("file", sorted(set(re.findall(r"`((?:kata|tests|docs)/[\w/.]+\.\w+)`", ARCHITECTURE))))
def test_files_that_the_architecture_names_are_there(file):
    assert (ROOT / file).is_file()


def test_tests_stand_as_the_rooms_do():
    named = set(re.findall(r"`tests/(\w+)/`", ARCHITECTURE))
    folders = {file.parent.name for file in (ROOT / "tests").glob("*/*.py")}
    assert sorted(folders - named - {folder.name for folder in (ROOT / "kata").iterdir()}) == []
    assert not list((ROOT / "tests").glob("test_*.py")), "a test belongs to a room"


# First words that put a clause, a riddle to a newcomer, where a docstring should have a noun or an imperative.
RIDDLE = re.compile(
    "(What|Whether|Where|Who|Which|When|How|That|As|In|Of|Until|Unless|Its?|So|Should|To|Without|Nothing|Raises)\\b"
)


def test_a_docstring_begins_with_an_imperative_or_a_noun():
    riddles = []
    for file in sorted((ROOT / "kata").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                continue
            riddle, name = RIDDLE.match(ast.get_docstring(node) or ""), getattr(node, "name", "")
            if riddle and not name.startswith("_") and file.parent.name != "commands":
                riddles.append(f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {name}: '{riddle[0]} …'")
    assert not riddles, "say what it is (a noun) or does (an imperative):\n" + "\n".join(riddles)


PAPERS = [
    ROOT / name for name in ("Makefile", ".ci/run", "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md")
]
CALLED = {
    module
    for paper in [*PAPERS, *(ROOT / "docs").glob("*.md")]
    if paper.is_file()
    for module in re.findall(r"-m (kata[\w.]*\w)", paper.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("module", sorted(CALLED))
def test_what_is_run_by_its_name_can_be_run(module):
    found = find_spec(module)
    assert found, f"{module} is called, and not there"
    file = find_spec(f"{module}.__main__") if found.submodule_search_locations else found
    assert file and "__main__" in Path(file.origin).read_text(encoding="utf-8") + file.name, f"{module} cannot be run"
