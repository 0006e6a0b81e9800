"""Who may import whom: docs/architecture.md, held to."""

import ast
import re
import subprocess
import sys
from collections import defaultdict

import pytest

from tests.conftest import ROOT

FILES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted((ROOT / "kata").rglob("*.py"))
}
PACKAGES = {module for module, file in FILES.items() if file.name == "__init__.py" and module != "kata"}
BOTH_SIDES = ("kata.execution", "kata.errors")


def imported(module):
    """The modules of ours that it imports, wherever in its text."""
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == "kata":
                yield name if name in FILES else name.rpartition(".")[0]


IMPORTS = {module: set(imported(module)) & FILES.keys() - {module} for module in FILES}


def package(module):
    """The package right below kata/ that it is in; a module there is its own."""
    return ".".join(module.split(".")[:2])


def cycles(graph):
    """Sets of nodes that reach each other (Tarjan)."""
    number, low, stack, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in graph[node]:
            if other not in number:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == number[node]:
            together = stack[stack.index(node) :]
            del stack[-len(together) :]
            if len(together) > 1:
                found.append(sorted(together))

    for node in list(graph):
        if node not in number:
            visit(node)
    return found


def test_no_modules_import_each_other_in_a_circle():
    assert cycles(IMPORTS) == []


def test_no_packages_import_each_other():
    graph = defaultdict(set)
    for module, others in IMPORTS.items():
        graph[package(module)] |= {package(other) for other in others} - {package(module), "kata"}
    assert cycles(graph) == []


@pytest.mark.parametrize("module", [m for m in FILES if m.startswith("kata.execution")])
def test_what_runs_on_both_sides_knows_nothing_of_the_judge(module):
    assert all(other.startswith(BOTH_SIDES) for other in IMPORTS[module])


def test_a_worker_imports_nothing_of_the_judge():
    program = "import sys, kata.sandbox.worker; print(*(m for m in sys.modules if m.startswith('kata.')))"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    strangers = [m for m in run.stdout.split() if not m.startswith((*BOTH_SIDES, "kata.sandbox"))]
    assert strangers == []


@pytest.mark.parametrize("module", ["zygote", "worker"])
def test_the_judges_end_of_the_sandbox_is_loaded_by_the_judge_only(module):
    program = f"import sys, kata.sandbox.{module}; print('kata.sandbox.host' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"]


def test_the_command_line_loads_neither_torch_nor_rich():
    program = "import sys, kata.cli; kata.cli.parser(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"torch", "rich", "pytest", "nbgrader"} & set(run.stdout.split())


def test_programs_written_as_text_import_what_there_is():
    """An interpreter that we start gets its first line as a text, which no other check of ours reads."""
    programs = [
        (module, node.value)
        for module, file in FILES.items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found = [
        (module, f"{package}.{name}")
        for module, text in programs
        for package, name in re.findall(r"from (kata[\w.]*) import (\w+);", text)
    ]
    assert len(found) >= 3
    assert [(module, name) for module, name in found if name not in FILES] == []
