"""Track 06 is held against transformers by its oracles alone: graders and references do without its 2.4 s and 330 MB."""

import ast

import pytest

from tests.conftest import ROOT

FILES = sorted(path for folder in ("graders", "solutions") for path in (ROOT / folder / "06_models").glob("*.py"))


def imported(text):
    """The packages that a file imports, also inside of its functions."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transformers_is_not_imported(path):
    assert "transformers" not in imported(path.read_text(encoding="utf-8"))
