"""The cost of grading, each figure as a ratio or a difference within one run, with the absolute beside it.

Run it with `make bench` on a machine that does nothing else. It measures and prints; it judges nothing, and no test
depends on it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

import pexpect
import psutil

from kata.course import Course, Exercise
from kata.course.solution import stub
from kata.execution.protocol import pack
from kata.execution.scenario import Outcome
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.submission import InProcess
from kata.judge.trial import Request
from kata.sandbox.host import Limits, Sandbox

MIB = 1 << 20
AWHILE = 0.05  # seconds in which a worker is forked
NOTHING = pack({"op": "load", "source": "", "file": "nothing.py"})
SOMETHING = pack({"op": "load", "source": "import torch\nx = torch.ones(64, 64).softmax(-1)", "file": "something.py"})


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="how often each is measured; the median is printed")
    runs = parser.parse_args().runs
    course = Course.find()
    print(f"python {sys.version.split()[0]}, {os.cpu_count()} processors, medians of {runs}\n")
    cold(course, runs)
    with Judge(course) as judge:
        saved(course, judge, runs)
        warm(course, judge, runs)
        many(course, judge)
        workers(judge.sandbox)
        memory(judge.sandbox)


def cold(course: Course, runs: int) -> None:
    """Time a whole `kata grade` of the solutions, against the same graders in plain in-process pytest, turn by turn."""
    solutions = str(course.root / "solutions")
    ours = [sys.executable, "-m", "kata", "grade", "--submission", solutions, "--device", "cpu", "--fresh"]
    plain = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", "--kata-in-process"]
    plain += [f"--kata-submission={solutions}", *(str(e.grader) for e in course.exercises)]
    pairs = [(_seconds(ours, course.root), _seconds(plain, course.root)) for _ in range(runs + 1)][1:]
    ratio = statistics.median(a / b for a, b in pairs)
    a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(
        f"cold, {len(course.exercises)} exercises: kata grade {a:.2f} s, plain in-process pytest {b:.2f} s: {ratio:.2f} times\n"
    )


def saved(course: Course, judge: Judge, runs: int) -> None:
    """Time a save to its verdict on the screen of `kata watch`, turn by turn with a cold pytest of the same grader."""
    (exercise,) = course.select(["softmax"])
    pytest = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider"]
    pytest += [f"--kata-submission={exercise.solution}", str(exercise.grader)]
    with _watching(exercise, course.root) as until_judged:
        pairs = [(until_judged(), _seconds(pytest, course.root)) for _ in range(runs + 1)][1:]
    ratio = statistics.median(cold / save for save, cold in pairs)
    save, cold = (statistics.median(side) for side in zip(*pairs, strict=True))
    own = _own(course, judge, exercise, runs)
    print(
        f"{exercise.name}, from a save to its verdict on the screen:{_ms(save)}, the reference's own{_ms(own)}, "
        f"on top{_ms(save - own)}\nbeside it, a cold pytest of its grader: {cold:.2f} s, {ratio:.0f} times as long\n"
    )


@contextmanager
def _watching(exercise: Exercise, suite: Path) -> Iterator[Callable[[], float]]:
    """Run `kata watch` in a terminal and a folder of its own; yield a function that saves and awaits the verdict."""
    solution = exercise.solution.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="kata-") as name:
        _seconds([sys.executable, "-m", "kata", "start", name, "--lang", "en"], suite)
        file = Path(name) / "exercises" / f"{exercise.id}.py"
        seen = pexpect.spawn(
            sys.executable,
            ["-m", "kata", "watch", exercise.id],
            cwd=name,
            env={**os.environ, "TERM": "xterm-256color", "KATA_LANG": "en"},
            dimensions=(40, 90),
            encoding="utf-8",
            timeout=60,
        )
        seen.expect("not started")

        def until_judged() -> float:
            start = time.perf_counter()
            file.write_text(solution, encoding="utf-8")
            seen.expect("10 / 10")
            taken = time.perf_counter() - start
            file.write_text(stub(solution), encoding="utf-8")  # so that the next verdict is another one
            seen.expect("not started")
            return taken

        try:
            yield until_judged
        finally:
            seen.close(force=True)


def warm(course: Course, judge: Judge, runs: int) -> None:
    """Time each exercise in a warm process, and how much of that is the reference's own computing."""
    print("warm, one exercise:         whole    the reference's own    on top")
    for exercise in course.exercises:
        job = _job(exercise)
        judge.grade([exercise], [job])
        whole = _median(partial(judge.grade, [exercise], [job]), runs)
        own = _own(course, judge, exercise, runs)
        print(f"  {exercise.name:32} {_ms(whole)} {_ms(own)} {_ms(whole - own)}")
    print()


def many(course: Course, judge: Judge) -> None:
    """Time a hundred submissions of one exercise in one process."""
    print("a hundred submissions, each:")
    for exercise in course.exercises:
        start = time.perf_counter()
        judge.grade([exercise], [_job(exercise) for _ in range(100)])
        print(f"  {exercise.name:32} {_ms((time.perf_counter() - start) / 100)}")
    print()


def workers(sandbox: Sandbox) -> None:
    """Time the start of a worker, in the jail and outside of it, twenty in a row and in turns, beside a bare fork."""
    with Sandbox(isolation="none") as unjailed:
        turns = [(_ready(sandbox), _ready(unjailed), _ready(sandbox, expected=True)) for _ in range(5)]
    jailed, free, expected = (statistics.median(chain(*side)) for side in zip(*turns, strict=True))
    each = _median(lambda: _trivial(sandbox, 50), 5) / 50
    print(f"a worker, forked to ready: {_ms(jailed)} at level {sandbox.isolation}, {_ms(free)} at level none")
    print(f"one that was expected, as after a first grading: {_ms(expected)}")
    print(f"fifty trivial exercises, each in a fresh worker: {_ms(each)} each")
    print(f"beside it, a bare fork of a process that has imported torch: {_ms(_bare_fork())}\n")


def _ready(sandbox: Sandbox, *, expected: bool = False) -> list[float]:
    """Time the start of a worker, from the request to its first answer, in seconds."""
    taken = []
    for _ in range(20):
        if expected:
            sandbox.expect(Limits())
            time.sleep(AWHILE)
        start = time.perf_counter()
        worker = sandbox.spawn(Limits())
        worker.request(NOTHING, 10)
        taken.append(time.perf_counter() - start)
        worker.close()
    return taken


def _trivial(sandbox: Sandbox, count: int) -> None:
    for _ in range(count):
        worker = sandbox.spawn(Limits())
        worker.request(SOMETHING, 10)
        worker.close()


def _bare_fork() -> float:
    forks = """
import os, statistics, time
import torch
def fork():
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return time.perf_counter() - start
print(statistics.median(fork() for _ in range(20)))
"""
    done = subprocess.run([sys.executable, "-c", forks], capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def memory(sandbox: Sandbox) -> None:
    """Measure the memory of their own (USS) of this judge, and of a worker that has run something."""
    worker = sandbox.spawn(Limits())
    worker.request(SOMETHING, 10)
    # In a process tree of its own the worker has another number there: here it is the youngest of our descendants.
    youngest = max(psutil.Process().children(recursive=True), key=psutil.Process.create_time)
    own = youngest.memory_full_info().uss / MIB
    judge = psutil.Process().memory_full_info().uss / MIB
    worker.close()
    print(f"memory of its own (USS): judge {judge:.0f} MiB, worker {own:.0f} MiB")


def _job(exercise: Exercise) -> Job:
    return Job(exercise.id, {exercise.id: exercise.solution})


def _seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def _median(action: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _own(course: Course, judge: Judge, exercise: Exercise, runs: int) -> float:
    """Measure the part of a grading's time that is the reference's own computing, in seconds."""
    job, owns = _job(exercise), []
    with _timed_submissions() as spent:
        unjailed = Judge(course, judge.sandbox, in_process=True)
        unjailed.grade([exercise], [job])
        for _ in range(runs):
            spent.clear()
            unjailed.grade([exercise], [job])
            owns.append(sum(spent))
    return statistics.median(owns)


@contextmanager
def _timed_submissions() -> Iterator[list[float]]:
    spent: list[float] = []
    original = InProcess.run

    def run(self: InProcess, requests: Iterable[Request]) -> Generator[Outcome, None, None]:
        for request in requests:
            start = time.perf_counter()
            (outcome,) = original(self, [request])
            spent.append(time.perf_counter() - start)
            yield outcome

    InProcess.run = run  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        InProcess.run = original  # type: ignore[method-assign]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:8.1f} ms"


if __name__ == "__main__":
    main()
