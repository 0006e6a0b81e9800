"""The pages that list the exercises, and the READMEs that lead to them."""

import re

import pytest

from kata import exercise_pages
from kata.course import Course
from kata.course.solution import statement
from kata.language import LANGUAGES, chosen, speaking
from tests.conftest import ROOT

TOY = """
    {}


    def toy(x):
        ### BEGIN SOLUTION
        return x
        ### END SOLUTION
"""
README = {"en": "README.md", "zh_CN": "README.zh-CN.md"}


def page(course, language="en"):
    return exercise_pages.file(course, language).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(course):
    """The pages as they are to be, made once for all exercises."""
    return {language: exercise_pages.written(course, language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_exercises_is_up_to_date(course, made, language):
    assert page(course, language) == made[language], "run `make stubs` and commit"


@pytest.mark.parametrize("exercise", Course.load(ROOT).exercises, ids=str)
def test_an_exercise_is_listed_by_its_title(course, made, exercise):
    # For an author who looks at one exercise alone: `make test ARGS="-k softmax"`.
    assert re.match(r"# \S.*\n\n", statement(exercise.solution.read_text(encoding="utf-8")))
    for language in LANGUAGES:
        lines = [line for line in page(course, language).split("\n") if f"exercises/{exercise.id}.py" in line]
        wanted = [line for line in made[language].split("\n") if line in lines]
        assert len(wanted) == len(lines) == 1, "run `make stubs` and commit"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_leads_to_what_is_there(course, language):
    text = (ROOT / README[language]).read_text(encoding="utf-8")
    assert exercise_pages.file(course, language).relative_to(ROOT).as_posix() in text
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    folders = re.findall(r"^(\w+)/ ", text, re.MULTILINE)
    assert len(folders) > 5 and not [name for name in [*links, *folders] if not (ROOT / name).exists()]


def test_a_page_says_what_an_exercise_says_of_itself(make_course):
    course = make_course(TOY.format('"""# A toy | a game\n\n    Play."""'), "")
    (exercise,) = course.exercises
    exercise.answers.write_text('difficulty = 3\nminutes = 25\nbuilds_on = ["01_toy/ball", "02_more/hoop"]\n')
    assert exercise_pages.write(course) == [exercise_pages.file(course, language) for language in LANGUAGES]
    row = r"| [A toy \| a game](../exercises/01_toy/toy.py) | `toy` | ★★★☆ | 25 | `ball`, `02_more/hoop` |"
    assert row in page(course) and row in page(course, "zh_CN")
    assert "| 难度 |" in page(course, "zh_CN") and "| difficulty |" in page(course)
    assert exercise_pages.write(course) == [], "nothing has changed"


def test_an_exercise_without_a_title_goes_by_its_name(make_course):
    course = make_course(TOY.format("import math"), "")
    exercise_pages.write(course)
    assert "[toy](../exercises/01_toy/toy.py)" in page(course)


def test_an_exercise_without_a_solution_is_not_listed(make_course):
    course = make_course(TOY.format("import math"), "")
    course.exercises[0].solution.unlink()
    assert "toy.py" not in exercise_pages.written(course, "en")


def test_another_language_is_spoken_in_between_only():
    before = chosen()
    with pytest.raises(KeyError), speaking("zh_CN"):
        assert chosen() == "zh_CN"
        raise KeyError
    assert chosen() == before
