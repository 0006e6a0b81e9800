"""Tests that open pages in a browser. Without one, or without selenium, they are skipped with what to install."""

import pytest

from tests.classroom.conftest import as_activated  # noqa: F401 - a fixture, for the commands of nbgrader here too


@pytest.fixture
def page():
    from tests.browser.chromium import (  # a conftest cannot be skipped, and a test can
        DRIVER,
        MISSING,
        PROGRAM,
        chromium,
    )

    if not (PROGRAM and DRIVER):
        pytest.skip(MISSING)
    with chromium() as page:
        yield page
