"""How long a submission that is wrong in every exercise holds its judge, as a multiple of the solutions.

`python -m tests.hostile.holding` grades the solutions of all exercises, and then an answer to each exercise that spends
all it may: by its own time, or by the judge's, which has to read what it forges.
"""

import sys
import tempfile
import time
from pathlib import Path

from kata.course import Course
from kata.judge.run import Judge
from kata.judge.scoring import Job
from tests.conftest import ROOT

# In place of every answer, the same frame, made once: to send it costs the worker next to nothing.
FORGED = """
import json, struct
import kata.sandbox.worker as worker

def frame(value, tensors=(), body=b"", **fields):
    given = {"outputs": value, "gradients": None, "left": ["dict", []], "devices": ["list", []], "ops": ["list", []],
             "calls": 1, "largest": 1, "flops": 0, "raised": None, **fields}
    header = json.dumps({"value": ["dict", list(given.items())], "tensors": list(tensors)}).encode()
    return struct.pack("<4sIQ", b"KATA", len(header), len(body)) + header + body

FRAME = frame(@FRAME@)
honest = worker.Served.answer
worker.Served.answer = lambda self, request: FRAME if request["op"] == "run" else honest(self, request)
"""
FRAMES = {
    "many calls of torch": '["list", []], ops=["list", [["tuple", [f"aten::x{n}", "x", 1]] for n in range(24000)]]',
    "a long list": '["list", list(range(90000))]',
    "a large tensor": '["tensor", 0], [{"dtype": "float32", "shape": [16 << 20]}], bytes(64 << 20)',
    "large inputs": '["list", []], [{"dtype": "bytes", "shape": [64 << 20]}], bytes(64 << 20), '
    'left=["dict", [["x", ["bytes", 0]]]]',
    "many tensors": '["list", [["tensor", n] for n in range(15000)]], [{"dtype": "bool", "shape": [1]}] * 15000, '
    "bytes(15000)",
}
# Nearly as long as it may be imported, then nearly as long as each test may take, over and over.
BUSY = """
import time
def _spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
_spin(4.5)
def __getattr__(name): return lambda *args, **settings: _spin(1.8)
"""


def forged(frame: str) -> str:
    return FORGED.replace("@FRAME@", FRAMES[frame])


def main() -> None:
    course = Course.load(ROOT)
    exercises = course.select(sys.argv[1:]) if sys.argv[1:] else course.exercises
    right = 0.0
    with Judge(course) as judge, tempfile.TemporaryDirectory() as folder:
        judge.load(exercises)
        for name in ("the solutions", "busy", "many calls of torch", "a large tensor"):
            file = Path(folder, f"{name}.py")
            file.write_text(BUSY if name == "busy" else forged(name) if name in FRAMES else "", encoding="utf-8")
            files = {exercise.id: exercise.solution if name == "the solutions" else file for exercise in exercises}
            wall, own = time.monotonic(), time.process_time()
            judge.grade(exercises, [Job(name, files)], seed=1)
            wall, own = time.monotonic() - wall, time.process_time() - own
            right = right or wall
            print(
                f"{name:22} {wall:7.1f} s, {wall / right:4.1f} times the solutions; {own:6.1f} s of the judge's processor"
            )


if __name__ == "__main__":
    main()
