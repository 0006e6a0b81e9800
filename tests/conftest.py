from pathlib import Path

import pytest

from kata.course import Course
from kata.judge.run import Judge

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def course():
    return Course.load(ROOT)


@pytest.fixture(scope="session")
def judge(course):
    with Judge(course) as judge:
        yield judge
