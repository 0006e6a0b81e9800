"""The time of autograding a class with our judge, and with stock nbgrader on the same notebooks, in one run.

Stock nbgrader's notebooks hold the tests that an instructor would write: a few asserts against torch's own softmax.
Run it with `make bench`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from kata.classroom.nbgrader.init import CONFIG, write_course
from kata.course import Course

TRACK, NAME = "01_tensors", "softmax"
SIZES = (30, 100)
PROCESSES = 2  # judges at a time: what `c.JudgeCells.processes` says in the course that is measured
MIB = 1 << 20

# What an instructor would put into the graded cells of a stock notebook.
AS_TORCH = """\
for shape, dim in [((4, 3), 0), ((2, 3, 4), -2), ((3, 3), -1)]:
    x = torch.randn(shape)
    torch.testing.assert_close(softmax(x, dim), torch.softmax(x, dim))"""
REFUSES = """\
try:
    softmax(torch.ones(2, 3, dtype=torch.long))
except TypeError:
    pass
else:
    raise AssertionError"""
HIDDEN = "### BEGIN HIDDEN TESTS\nimport torch\n{}\n### END HIDDEN TESTS"

RIGHT = """\
import torch


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("whole numbers")
    largest = x.amax(dim, keepdim=True)
    powers = (x - largest.masked_fill(largest == -torch.inf, 0)).exp()
    return powers / powers.sum(dim, keepdim=True).clamp_min(1e-30)
"""
PARTLY = RIGHT.replace(
    '    if not x.is_floating_point():\n        raise TypeError("whole numbers")\n', "    x = x * 1.0\n"
)
HONEST = [RIGHT, PARTLY, "def softmax(x, dim=-1):\n    raise NotImplementedError\n"]
LOOP = "def softmax(x, dim=-1):\n    while True:\n        pass\n"
HOSTILE = {
    "an endless loop": LOOP,
    "an endless loop that lets nothing through": LOOP.replace(
        "pass", "try:\n            while True:\n                pass\n        except BaseException:\n            pass"
    ),
    "waits": "import time\n\n\ndef softmax(x, dim=-1):\n    time.sleep(10**6)\n",
    "waits in its cell": "import time\n\ntime.sleep(10**6)\n",
    "ends the process": "import os\n\n\ndef softmax(x, dim=-1):\n    os._exit(0)\n",
    "sys.exit": "import sys\n\nsys.exit(0)\n",
    "patches the comparison": "import torch\n\ntorch.testing.assert_close = lambda *_, **__: None\n\n\n"
    "def softmax(x, dim=-1):\n    return x\n",
    "asks for 60 GB": "import torch\n\n\ndef softmax(x, dim=-1):\n    return torch.ones(15 * 10**9)\n",
}


def main() -> None:
    course = Course.find()
    with tempfile.TemporaryDirectory(prefix="kata-bench-") as folder:
        ours = Room.ours(course, Path(folder, "ours"))
        stock = Room.stock(ours, Path(folder, "stock"))
        for size in SIZES:
            compare(f"{size} honest submissions", ours, stock, [HONEST[n % len(HONEST)] for n in range(size)])
        compare(f"{len(HOSTILE)} hostile submissions", ours, stock, list(HOSTILE.values()), alike=False)
    print()


def compare(what: str, ours: Room, stock: Room, answers: list[str], *, alike: bool = True) -> None:
    """Autograde these in both rooms, and print what it took."""
    prefix = what.split()[1]
    students = {
        f"{prefix}{len(answers)}-{n:03}": f"{text}\n# the answer of student {n}\n" for n, text in enumerate(answers)
    }
    took = {room: room.autograde(students) for room in (ours, stock)}
    mine, theirs = (took[room].seconds for room in (ours, stock))
    print(
        f"{what}: kata {mine:.1f} s ({mine / len(answers) * 1000:.0f} ms each, {took[ours].memory / MIB:.0f} MiB in all "
        f"with {PROCESSES} judges), stock nbgrader {theirs:.1f} s ({theirs / len(answers) * 1000:.0f} ms each): "
        f"{theirs / mine:.1f} times"
    )
    if alike and took[ours].scores != took[stock].scores:
        raise SystemExit("the scores differ, so the times mean nothing")


@dataclass(frozen=True)
class Took:
    seconds: float
    memory: int  # bytes of their own (USS) that all processes had, at most
    scores: dict[str, float | None]


@dataclass(frozen=True)
class Room:
    """A nbgrader course in `folder`."""

    folder: Path

    @classmethod
    def ours(cls, course: Course, folder: Path) -> Room:
        write_course(course, course.select([NAME]), folder, force=False)
        with (folder / CONFIG).open("a", encoding="utf-8") as config:
            config.write(f"\nc.JudgeCells.processes = {PROCESSES}\n")
        room = cls(folder)
        room._change(lambda cells: [cell for cell in cells if not _id(cell).endswith("-check")])
        return room._generated()

    @classmethod
    def stock(cls, ours: Room, folder: Path) -> Room:
        """Build the same notebook for stock nbgrader: its graded cells hold tests to run."""
        target = folder / "source" / TRACK / f"{NAME}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_bytes((ours.folder / "source" / TRACK / f"{NAME}.ipynb").read_bytes())
        (folder / CONFIG).write_text("c = get_config()\nc.CourseDirectory.course_id = 'stock'\n")
        room = cls(folder)
        room._change(lambda cells: [_with_tests(cell) for cell in cells])
        return room._generated()

    def autograde(self, students: Mapping[str, str]) -> Took:
        """Have these hand in, and autograde them by nbgrader's own command."""
        release = nbformat.read(self.folder / "release" / TRACK / f"{NAME}.ipynb", as_version=4)
        for student, text in students.items():
            file = self.folder / "submitted" / student / TRACK / f"{NAME}.ipynb"
            file.parent.mkdir(parents=True)
            for cell in release.cells:
                if cell.metadata.nbgrader.solution:
                    cell.source = text
            nbformat.write(release, file)
        start = time.perf_counter()
        process = self._start("autograde", TRACK)
        memory, seconds = 0, None
        while seconds is None:
            memory = max(memory, _own_memory(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
                seconds = time.perf_counter() - start
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            scores = {student: _score(gradebook, student) for student in students}
        return Took(seconds, memory, scores)

    def _change(self, change: Callable[[list[NotebookNode]], list[NotebookNode]]) -> None:
        file = self.folder / "source" / TRACK / f"{NAME}.ipynb"
        notebook = nbformat.read(file, as_version=4)
        notebook.cells = change(notebook.cells)
        nbformat.write(notebook, file)

    def _generated(self) -> Room:
        if self._start("generate_assignment", TRACK).wait():
            raise SystemExit("nbgrader generate_assignment failed")
        return self

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        home = self.folder.parent / "home"
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # it calls `alembic`
        return subprocess.Popen(  # noqa: S603 - nbgrader's own
            [Path(sys.executable).with_name("nbgrader"), *command],
            cwd=self.folder,
            env={**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "PATH": path},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _id(cell: NotebookNode) -> str:
    return str(cell.metadata.nbgrader.grade_id)


def _with_tests(cell: NotebookNode) -> NotebookNode:
    if cell.metadata.nbgrader.grade:
        cell.source = HIDDEN.format(REFUSES if "refused" in _id(cell) else AS_TORCH)
    return cell


def _score(gradebook: Gradebook, student: str) -> float | None:
    submission = gradebook.find_submission(TRACK, student)
    return None if submission.needs_manual_grade else float(submission.score)


def _own_memory(pid: int) -> int:
    total = 0
    try:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            total += process.memory_full_info().uss
    except psutil.Error:
        return 0  # one ended while we looked
    return total


if __name__ == "__main__":
    main()
