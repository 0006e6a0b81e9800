"""Where hostile submissions are let loose: a course with secrets, things to harm, and a look at all of it afterwards."""

from __future__ import annotations

import ast
import contextlib
import ctypes
import hashlib
import os
import re
import secrets
import socket
import stat
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from kata.course import Course
from kata.judge import submission as judging
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.report import FORMATS, render
from kata.sandbox.host import Sandbox
from kata.verdict import SubmissionVerdict
from tests.conftest import ROOT

LEVELS = ("full", "restricted", "none")
SUBMISSIONS = Path(__file__).parent / "submissions"
EVIDENCE = "PWNED"  # what a submission prints, or raises, when it got at what it wanted
SECONDS = 30.0  # no grading here takes nearly as long, however busy the machine
TOGETHER = 12  # hostile files between two looks around
OF_ITS_OWN = {"failed", "crashed", "timed_out", "out_of_memory", "refused", "broken"}  # and never `ungraded`

# What a file's EXPECT may say. Without one it earns nothing.
NO_SCORE, NO_GAIN, UNSTOPPABLE = "no score", "passes, but gains nothing", "scores: what cannot be stopped"

# Fewer cases and one dtype: what is tried here does not depend on them.
QUICKER = {'"case", CASES, ids': '"case", CASES[::3], ids', ".exercise(": '.exercise(dtypes=["float32"], '}

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Attack:
    """A hostile file, and what it says of itself. It is never run here, nor imported."""

    path: Path

    def __str__(self) -> str:
        return self.path.stem

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def says(self) -> str:
        return ast.get_docstring(self.tree) or ""

    @property
    def levels(self) -> list[str]:
        """The levels at which the promise of SECURITY.md holds for it."""
        return self._line("holds at") or list(LEVELS)

    @property
    def statuses(self) -> list[str]:
        """The verdicts it may get; none said: any of its own."""
        return self._line("ends as")

    @property
    def expected(self) -> str:
        for node in self.tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id="EXPECT")], value=ast.Constant(value=str(text))):
                    return text
        return NO_SCORE

    def _line(self, name: str) -> list[str]:
        found = re.search(rf"^{name}: (.+)$", self.says, re.MULTILINE)
        return [word.strip() for word in found[1].split(",")] if found else []


def attacks() -> list[Attack]:
    return [Attack(path) for path in sorted(SUBMISSIONS.glob("*.py"))]


class Arena:
    """A course of one exercise and, around it, whatever a hostile submission may want to read, change, signal or call."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.token = secrets.token_hex(12)
        self.course = self._make_course(folder / "course")
        self.secret = self._file(folder / "secret" / "secret.txt")
        self.home = self._file(folder / "home" / ".ssh" / "id_ed25519").parent.parent
        self.other = self._file(folder / "submitted" / "another_student" / "softmax.py")
        self.writable = folder / "writable"
        self.writable.mkdir()
        self.writable.chmod(0o777)
        self.shown = Path(sys.prefix) / f"kata-canary-{os.getpid()}.txt"
        with contextlib.suppress(OSError):  # where Python is not ours to write to, there is no such canary
            self._file(self.shown)
        self.memory = Path("/dev/shm") / f"kata-canary-{os.getpid()}"
        if self.memory.parent.is_dir():
            self._file(self.memory)
        self.bystander = subprocess.Popen([sys.executable, "-Ic", "import time; time.sleep(3600)"])
        self.calls: list[str] = []
        self._listen()
        self.semaphore = _semaphore()
        self.seed = secrets.randbits(50)  # as from a course secret: not to be guessed
        self.places = {
            "@COURSE@": self.course.root,
            "@REPO@": ROOT,
            "@SECRET@": self.secret,
            "@HOME@": self.home,
            "@OTHER@": self.other,
            "@WRITABLE@": self.writable,
            "@SHOWN@": self.shown,
            "@MEMORY@": self.memory,
            "@JUDGE@": os.getpid(),
            "@BYSTANDER@": self.bystander.pid,
            "@PORT@": self.port,
            "@UNIX@": self.unix,
            "@ABSTRACT@": self.abstract,
            "@SEMAPHORE@": self.semaphore,
            "@NEKOT@": self.token[::-1],  # backwards: a memory that holds the source holds no token
            "@MARK@": f"kata-hostile-{os.getpid()}",
        }

    def close(self) -> None:
        self.bystander.kill()
        self.bystander.wait()
        for listener in self._listeners:
            listener.close()
        _remove_semaphore(self.semaphore)
        for path in (self.shown, self.memory, self.unix, *map(Path, self._left_behind())):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)

    def aimed(self, source: str) -> str:
        """The source with the names of this arena's places in it."""
        for name, value in self.places.items():
            source = source.replace(name, str(value))
        return source

    def grade(self, judge: Judge, sources: list[str], **options: object) -> list[SubmissionVerdict]:
        folder = self.folder / "submitted" / "graded"
        folder.mkdir(exist_ok=True)
        jobs = []
        for number, source in enumerate(sources):
            file = folder / f"{number}.py"
            file.write_text(source, encoding="utf-8")
            jobs.append(Job(str(number), {self.exercise.id: file}))
        return judge.grade([self.exercise], jobs, seed=self.seed, **options)  # type: ignore[arg-type]

    @property
    def exercise(self):
        return self.course.exercises[0]

    def state(self) -> dict[str, object]:
        """All that a submission must leave as it is."""
        kept = [self.secret.parent, self.home, self.other.parent, self.writable, self.course.root]
        return {
            "files": {str(path): _digest(path) for path in kept},
            "canaries": {str(path): _about(path) for path in (self.shown, self.memory, self.secret)},
            "bystander": (self.bystander.poll(), _condition(self.bystander.pid)),
            "calls": list(self.calls),
            "semaphore": _semaphore_is_there(self.semaphore),
            "left behind": self._left_behind(),
            "judge": _condition(os.getpid()),
        }

    def _left_behind(self) -> list[str]:
        places = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/run"), Path("/"), Path.home(), ROOT]
        places += [Path(path) for path in sys.path if path]
        return [str(file) for place in places for file in place.glob(f"*{self.places['@MARK@']}*")]

    def _file(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"token {self.token}\n", encoding="utf-8")
        return path

    def _make_course(self, root: Path) -> Course:
        for name in (
            "solutions/01_tensors/softmax.py",
            "graders/01_tensors/test_softmax.py",
            "graders/01_tensors/softmax.toml",
        ):
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (ROOT / name).read_text(encoding="utf-8")
            for long, short in QUICKER.items():
                text = text.replace(long, short)
            mark = "# " if file.suffix == ".toml" else ""
            file.write_text(f"{text}\n{mark}TOKEN = '{self.token}'\n", encoding="utf-8")
        self._file(root / "exercises" / "01_tensors" / "softmax.py")
        text = 'title = "Arena"\n[[tracks]]\nid = "01_tensors"\ntitle = "Arena"\nexercises = ["softmax"]\n'
        (root / "course.toml").write_text(text, encoding="utf-8")
        return Course.load(root)

    def _listen(self) -> None:
        """Servers that note every call: over TCP, UDP, and UNIX sockets with a path and without."""
        self.unix = Path(f"/tmp/kata-arena-{os.getpid()}.sock")
        self.abstract = f"kata-arena-{os.getpid()}"
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", self.port))
        self._listeners = [tcp, udp]
        if sys.platform == "linux":
            self.unix.unlink(missing_ok=True)
            for address in (str(self.unix), f"\0{self.abstract}"):
                self._listeners.append(socket.socket(socket.AF_UNIX))
                self._listeners[-1].bind(address)
            self.unix.chmod(0o777)
        for listener in self._listeners:
            if listener.type == socket.SOCK_STREAM:
                listener.listen()
            threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                if listener.type == socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(1)
                self.calls.append(str(listener))


class Ring:
    """A judge at one level in an arena, which grades one hostile file after the other and looks around after each."""

    def __init__(self, arena: Arena, level: str):
        self.arena, self.level = arena, level
        self.known: dict[Path, SubmissionVerdict] = {}
        self.judge = Judge(arena.course, Sandbox([arena.course.root, ROOT], level or None))
        _ = self.judge.sandbox.isolation  # raises JudgeError where the level is not to be had
        self.right = arena.exercise.solution.read_text(encoding="utf-8")
        self.check_right()

    def close(self) -> None:
        self.judge.close()

    def verdict(self, attack: Attack) -> SubmissionVerdict:
        """Grade the file with a few others and a right one, and return its verdict. Nothing may have come to harm."""
        if attack.path not in self.known:
            mine = [other for other in attacks() if self.level in other.levels]
            place = mine.index(attack) // TOGETHER * TOGETHER
            group = mine[place : place + TOGETHER]
            try:
                self._fight(group)
            except AssertionError:
                self._fight([attack])  # to see whether it is this one that did it
        return self.known[attack.path]

    def _fight(self, group: list[Attack]) -> None:
        arena = self.arena
        before, processes, descriptors = arena.state(), self.processes(), _descriptors()
        start = time.monotonic()
        with short_of_time():
            *verdicts, after = arena.grade(self.judge, [*(arena.aimed(attack.source) for attack in group), self.right])
        assert time.monotonic() - start < SECONDS * len(group), "took too long"
        if not after.passed:
            self.check_right()  # with all the time it may have: only the machine may have been slow
        assert arena.state() == before
        self.wait_for(processes)
        assert _descriptors() <= descriptors, "the judge was left with open files"
        assert not any((self.judge.sandbox.folder / "root").iterdir()), "files were left in the sandbox's folder"
        self.known |= {attack.path: verdict for attack, verdict in zip(group, verdicts, strict=True)}

    def check_right(self) -> None:
        """A right submission passes, whatever was graded before it."""
        (verdict,) = self.arena.grade(self.judge, [self.right])
        assert verdict.passed, verdict

    def processes(self) -> set[int]:
        """The zygote's processes; its workers, and whatever they started, among them."""
        return {process.pid for process in psutil.Process().children(recursive=True)} | self._marked()

    def wait_for(self, processes: set[int]) -> None:
        deadline = time.monotonic() + 5
        while (left := self.processes() - processes) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not left, f"outlived its grading: {left}"

    def _marked(self) -> set[int]:
        """The processes that have inherited the zygote's environment, whoever their parent is by now."""
        mark, found = f"TMPDIR={self.judge.sandbox.folder}".encode(), set()
        for file in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in file.read_bytes():
                    found.add(int(file.parent.name))
        return found


def check_verdict(verdict: SubmissionVerdict) -> None:
    """What every verdict is like: of a known status, short, fit to be printed and written in every form."""
    (exercise,) = verdict.exercises
    texts = [exercise.printed, exercise.message]
    for test in exercise.tests:
        texts += [test.message, test.mistake, test.hint]
    assert not any(_CONTROLS.search(text) for text in texts), "control characters get through"
    assert sum(map(len, texts)) < 100_000
    for form in FORMATS:
        report = render([verdict], [{}], form)
        report.encode()
        assert not _CONTROLS.search(report), f"control characters in {form}"
    found = [text for text in texts if EVIDENCE in text]
    assert not found, found[0][max(0, found[0].index(EVIDENCE) - 50) :][:400]


@contextlib.contextmanager
def short_of_time(seconds: float = 0.5, to_load: float = 1.0):
    """What a submission may take, cut down, so that endless ones end soon; for as long as the context lasts."""
    kept = judging.OWN_TESTS, judging.COMMON_SECONDS, judging.LOAD_SECONDS
    judging.OWN_TESTS = seconds / 2  # the grader gives each test two seconds
    judging.COMMON_SECONDS = judging.LOAD_SECONDS = to_load
    try:
        yield
    finally:
        judging.OWN_TESTS, judging.COMMON_SECONDS, judging.LOAD_SECONDS = kept


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if "__pycache__" in path.parts or "graded" in path.parts:
            continue
        found.update(f"{path.relative_to(folder)} {path.lstat().st_mode}".encode())
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()


def _about(path: Path) -> object:
    if not path.exists():
        return None
    status = path.stat()
    return path.read_bytes(), stat.filemode(status.st_mode), status.st_uid, status.st_mtime_ns, status.st_nlink


def _condition(pid: int) -> object:
    """What others may change of a process: whether it is stopped, its priority, limits, processors."""
    process = psutil.Process(pid)
    limits = [process.rlimit(what) for what in range(16)] if hasattr(process, "rlimit") else None
    status = process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    affinity = process.cpu_affinity() if hasattr(process, "cpu_affinity") else None
    return status, process.nice(), limits, affinity


def _descriptors() -> int:
    return psutil.Process().num_fds()


def _semaphore() -> int:
    """A System V semaphore, which anyone of our user could remove by its number; -1 where there are none."""
    if sys.platform != "linux":
        return -1
    return int(ctypes.CDLL(None).semget(0, 1, 0o1600))


def _semaphore_is_there(number: int) -> bool:
    return sys.platform == "linux" and ctypes.CDLL(None).semctl(number, 0, 12) >= 0  # GETVAL


def _remove_semaphore(number: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).semctl(number, 0, 0)
