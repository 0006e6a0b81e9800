"""What a submission can do wrong besides computing the wrong thing, and the verdict that each gets."""

import os
import sys
import time

import pytest

from kata.course.answers import Answers
from kata.errors import JudgeError
from kata.judge.plugin import Judging
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.submission import ENDLESS_TESTS, REST_SECONDS, Submission
from kata.judge.texts import grade_sources
from kata.sandbox.host import WALL_TIMES
from kata.verdict import OUT_OF_BUDGET
from tests.conftest import busy

EVERY = os.environ.get("KATA_EVERY")
HEAD = "import math, os, sys\nimport torch\n"


def softmax(body):
    lines = "\n    ".join(body.strip().splitlines())
    return f"{HEAD}def softmax(x, dim=-1):\n    {lines}\n"


RIGHT = """
if not x.is_floating_point(): raise TypeError
top = x.amax(dim, keepdim=True).clamp(min=-1e30)
e = (x - top).exp()
return e / e.sum(dim, keepdim=True).clamp(min=1e-30)
"""

# name: (submission, status, what the verdict says)
ODD = {
    "endless loop": (softmax("while True: pass"), "timed_out", "never ends? (line 4: `while True: pass`)"),
    "a loop in a file of its own making": (softmax("exec('while True: pass')"), "timed_out", "no result within 2 s"),
    "sys.exit": (softmax("sys.exit(0)"), "crashed", "ends the program (SystemExit)"),
    "os._exit": (softmax("os._exit(0)"), "crashed", "exit status 0"),
    "segfault": (softmax("import ctypes; ctypes.string_at(0)"), "crashed", "Segmentation fault"),
    "abort": (softmax("os.abort()"), "crashed", "crashed the interpreter"),
    # As the first of its process tree, at level full, a process does not hear its own signals.
    "killed by itself": (softmax("os.kill(os.getpid(), 9); os._exit(1)"), None, ""),
    "1 GB of prints": (softmax("while True: print('x' * 1_000_000)"), "crashed", "prints without end"),
    "60 GB of tensor": (softmax("return torch.empty(15 * 10**9)"), "out_of_memory", "more memory than the 2048 MiB"),
    "60 GB of list": (softmax("return [0] * (60 * 2**30)"), "out_of_memory", "more memory"),
    "a result of 1 GB": (softmax("return torch.zeros(2**27, dtype=torch.int8)"), "failed", "more than 64 MiB"),
    "import error": (
        "import no_such_module\n",
        "broken",
        "ModuleNotFoundError: No module named 'no_such_module' (line 1",
    ),
    "syntax error": ("def softmax(x, dim=-1)\n    return x\n", "broken", "SyntaxError: expected ':' (line 1"),
    "exit at import": (HEAD + "sys.exit()\n", "broken", "does not import: SystemExit"),
    "loop at import, which is then out of time": (
        HEAD + "raise TimeoutError('x')\n",
        "broken",
        "TimeoutError: x (line 3",
    ),
    "nothing": ("", "failed", "`softmax` is not defined"),
    "another name": (HEAD + "def soft_max(x): return x\n", "failed", "`softmax` is not defined"),
    "no dim": (HEAD + "def softmax(x): return x\n", "failed", "cannot be called as the exercise says"),
    "not written": (softmax("raise NotImplementedError"), "not_started", "not written yet"),
    "no return": (softmax("x.exp()"), "failed", "is None, expected a tensor, perhaps for want of a `return`"),
    "a list": (softmax("return x.tolist()"), "failed", "is a list of 4, expected a tensor"),
    "numpy": (softmax("return x.double().numpy()"), "failed", "is a numpy.ndarray, expected a tensor"),
    "a tuple": (softmax("return x, x"), "failed", "is a tuple of 2, expected a tensor"),
    "a class": (softmax("return softmax"), "failed", "is a function, expected a tensor"),
    "a lazy tensor": (softmax("return x.to_sparse()"), "failed", "sparse_coo tensor"),
    "on no device": (softmax("return x.to('meta')"), "failed", "tensor of float32, expected a tensor"),
    "wrong dtype": (
        softmax("return x.double().softmax(dim)").replace("softmax(dim)", "exp()"),
        "failed",
        "is float64, expected float32",
    ),
    "wrong shape": (softmax("return x.sum(dim)"), "failed", "has shape (4,), expected (4, 4)"),
    "NaN": (softmax("return x * math.nan"), "failed", "holds NaN (16 of 16)"),
    "an exception of its own": (
        softmax("raise KeyError('oops')"),
        "failed",
        "raises KeyError: 'oops' (line 4: `raise KeyError",
    ),
    "an exception that cannot be printed": (
        HEAD + "class E(Exception):\n    def __str__(self): raise ValueError\ndef softmax(x, dim=-1): raise E\n",
        "failed",
        "raises E:",
    ),
    "endless recursion": (softmax("return softmax(x, dim)"), "failed", "RecursionError"),
    "what is forbidden": (softmax("return torch.softmax(x, dim)"), "refused", "uses `"),
    "what is forbidden, by alias": (softmax("return getattr(torch, 'soft' + 'max')(x, dim)"), "refused", "uses `"),
    "what is forbidden, by its aten name": (
        softmax("return torch.ops.aten._softmax(x, dim, False)"),
        "refused",
        "uses `",
    ),
    "an escape sequence": (softmax("raise ValueError('\\x1b[2Jgone')"), "failed", "raises ValueError: [2Jgone"),
    "closed descriptors": (softmax("os.closerange(0, 256); return x"), "crashed", "ended the process"),
    "a raw write to every descriptor": (
        softmax("for fd in range(3, 20):\n    try: os.write(fd, b'junk' * 9)\n    except OSError: pass\nreturn x"),
        "crashed",
        "no result",
    ),
    "Ctrl-C": (softmax("raise KeyboardInterrupt"), "crashed", "KeyboardInterrupt"),
    "always the exception that one test asks for": (softmax("raise TypeError('no')"), "failed", "raises TypeError: no"),
    "always the same number": (softmax("return x * 0"), "failed", "counts only once a result agrees"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_submissions_get_a_verdict_of_their_own(judge, course, name):
    source, status, text = ODD[name]
    (exercise,) = course.select(["softmax"])
    start = time.monotonic()
    (verdict,) = grade_sources(judge, exercise, [source])
    assert verdict.status in ([status] if status else ["out_of_memory", "crashed"]), verdict
    assert text in "\n".join(test.message for test in verdict.tests), verdict
    assert verdict.score == 0
    assert "\x1b" not in str(verdict)
    assert time.monotonic() - start < ENDLESS_TESTS * 2 * WALL_TIMES


def test_the_others_are_graded_all_the_same(judge, course):
    (exercise,) = course.select(["softmax"])
    sources = [source for source, _, _ in ODD.values() if "while True" not in source]
    right = exercise.solution.read_text(encoding="utf-8")
    verdicts = grade_sources(judge, exercise, [right, *sources[:6], right])
    assert [verdicts[0].status, verdicts[-1].status] == ["passed", "passed"]


def test_what_a_submission_prints_is_kept(judge, course):
    (exercise,) = course.select(["softmax"])
    (verdict,) = grade_sources(judge, exercise, [softmax("print('shape', tuple(x.shape))\n" + RIGHT)])
    assert verdict.status == "passed", verdict
    assert "shape (4, 4)" in verdict.printed


def test_the_same_seed_gives_the_same_verdict(judge, course):
    (exercise,) = course.select(["softmax"])
    wrong = softmax("return x.exp()")
    one, two, other = (grade_sources(judge, exercise, [wrong], seed=seed)[0].tests for seed in (7, 7, 8))
    assert one == two
    assert one != other


def test_what_a_user_sets_for_pytest_does_not_choose_the_tests(judge, course, monkeypatch):
    (exercise,) = course.select(["softmax"])
    right = exercise.solution.read_text(encoding="utf-8")
    (whole,) = grade_sources(judge, exercise, [right])
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k gradients")
    (verdict,) = grade_sources(judge, exercise, [right])
    assert len(verdict.tests) == len(whole.tests)


def test_what_comes_after_a_wrong_answer_costs_the_next_test_nothing(judge, course):
    # The dtypes of a case are asked together: float64 still runs, here for ever, when float32 has failed the test.
    (exercise,) = course.select(["softmax"])
    loop = "if dim != 1 and x.dtype == torch.float64:\n        while True: pass\n"
    (verdict,) = grade_sources(judge, exercise, [softmax(loop + RIGHT.strip() + " + (dim != 1)")])
    found = {test.name: test.status for test in verdict.tests}
    assert found["values[rows of a square]"] == found["rows_do_not_influence_each_other"] == "passed", verdict
    assert found["whole_numbers_are_refused"] == "passed"
    assert set(found.values()) == {"passed", "failed"}, verdict


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what sleeps")
def test_who_sleeps_is_not_waited_for(judge, course):
    (exercise,) = course.select(["softmax"])
    in_a_call, in_the_file = "import time\ndef softmax(x, dim=-1): time.sleep(60)\n", "import time\ntime.sleep(60)\n"
    called, imported = grade_sources(judge, exercise, [in_a_call, in_the_file])
    for verdict in (called, imported):
        assert (verdict.status, verdict.score) == ("timed_out", 0), verdict
        assert f"did nothing at all for {REST_SECONDS:.3g} s" in verdict.tests[0].message
        assert "(line 2: `" in verdict.tests[0].message
    assert called.seconds < 2 * REST_SECONDS and imported.seconds < 2 * REST_SECONDS
    slept = [test for test in called.tests if "did nothing" in test.message]
    assert len(slept) == ENDLESS_TESTS  # as with a loop: no more and no fewer tests are run


WAITS = "waited = []\ntime.sleep(0.7)\n"
# Right answers that take long for a reason that is none of theirs, or is allowed.
PATIENCE = {
    "waits once": f"import time\n{WAITS}"
    + softmax(f"if not waited:\n    time.sleep(0.7)\n    waited.append(1)\n{RIGHT}"),
    "slow in every test": "import time\n"
    + softmax(f"end = time.process_time() + 0.2\nwhile time.process_time() < end: pass\n{RIGHT}"),
    "gradients by torch.func": softmax(f"torch.func.grad(lambda y: (y * y).sum())(torch.ones(3))\n{RIGHT}"),
    "a Jacobian": softmax(
        f"torch.func.jacrev(torch.sin)(torch.ones(3))\ntorch.func.jacfwd(torch.sin)(torch.ones(3))\n{RIGHT}"
    ),
    "vmap": softmax(f"torch.vmap(torch.sin)(torch.ones(3))\n{RIGHT}"),
    "a tensor without numbers": softmax(f"(torch.ones(3, device='meta') + 1).exp().mean()\nx.to('meta')\n{RIGHT}"),
    "an optimizer": softmax(f"torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))])\n{RIGHT}"),
    "checkpoint": "from torch.utils.checkpoint import checkpoint\n"
    + softmax(RIGHT).replace("softmax(", "right(")
    + "def softmax(x, dim=-1): return checkpoint(right, x, dim, use_reentrant=False)\n",
    "compiled into Python": HEAD + "@torch.compile(backend='eager')\n" + softmax(RIGHT).removeprefix(HEAD),
}


@pytest.mark.parametrize("name", PATIENCE)
def test_what_is_not_the_submission_s_own_time_costs_it_nothing(course, name):
    (exercise,) = course.select(["softmax"])
    with Judge(course) as judge:  # whose workers have nothing loaded yet
        (verdict,) = grade_sources(judge, exercise, [PATIENCE[name]])
    assert verdict.status == "passed", verdict


def test_torch_compile_works_or_is_named(course):
    (exercise,) = course.select(["softmax"])
    compiled = HEAD + "@torch.compile\n" + softmax(RIGHT).removeprefix(HEAD)
    with Judge(course) as judge:
        (verdict,) = grade_sources(judge, exercise, [compiled])
    assert all(test.passed or "torch.compile" in test.message for test in verdict.tests), verdict


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the judge's own clock must do")
@pytest.mark.parametrize("run", range(3 if EVERY else 1))
def test_right_answers_pass_on_a_busy_machine(course, run):
    """With KATA_EVERY all that are known of every exercise, in three runs, as `make verify` has it; else a few, to be quick."""
    (softmax_,) = course.select(["softmax"])
    failed = []
    with busy(), Judge(course) as judge:
        for exercise in course.exercises if EVERY else course.select(["masks", "logsumexp"]):
            solution = exercise.solution.read_text(encoding="utf-8")
            others = Answers.of(exercise).also_right if EVERY else []
            right = {"the reference": solution, **{variant.name: variant.of(solution) for variant in others}}
            verdicts = grade_sources(judge, exercise, list(right.values()))
            failed += [(str(exercise), n, v) for n, v in zip(right, verdicts, strict=True) if v.status != "passed"]
        assert not failed
        (verdict,) = grade_sources(judge, softmax_, [PATIENCE["a tensor without numbers"]])
        assert verdict.status == "passed", verdict


SCRIBBLES = "torch.equal = torch.allclose = lambda *args, **kwargs: True\n"  # so that nobody in its process notes it


def test_the_judge_itself_sees_that_an_argument_was_changed(judge, course):
    (exercise,) = course.select(["softmax"])
    for scribble in (
        "x.data.zero_()",
        "x.data = x.data.unsqueeze(0)",
        "x.data = x.data.double()",
    ):
        right = softmax(RIGHT).replace("softmax(", "right(")
        source = (
            f"{right}{SCRIBBLES}def softmax(x, dim=-1):\n    y = right(x.clone(), dim)\n    {scribble}\n    return y\n"
        )
        (verdict,) = grade_sources(judge, exercise, [source])
        values = [test for test in verdict.tests if test.name.startswith("values")]
        assert values and all("`x` was changed by the call" in test.message for test in values), (scribble, verdict)


HOLDS = """
import time
def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
def f(*args, **kwargs): spin(0.4)
def __getattr__(name): return f
"""


def test_a_submission_holds_its_judge_no_longer_than_its_share(judge, course, tmp_path, monkeypatch):
    monkeypatch.setattr("kata.judge.submission.COMMON_SECONDS", 1.0)
    monkeypatch.setattr("kata.judge.submission.OWN_TESTS", 0.25)
    exercises = course.select(["softmax", "gelu", "relu", "sigmoid"])
    files = {}
    for exercise in exercises:
        files[exercise.id] = tmp_path / f"{exercise.name}.py"
        files[exercise.id].write_text(HOLDS, encoding="utf-8")
    files[exercises[-1].id].write_text(exercises[-1].solution.read_text(encoding="utf-8"), encoding="utf-8")
    spent = []
    charge = Submission._charge
    monkeypatch.setattr(Submission, "_charge", lambda self: spent.append(charge(self)) or spent[-1])
    (verdict,) = judge.grade(exercises, [Job("x", files)])
    *held, right = verdict.exercises
    assert right.status == "passed"  # whatever the others took, each exercise has some time of its own
    assert {OUT_OF_BUDGET} <= {test.message for one in held for test in one.tests}
    assert sum(spent) < 1.0 + 4 * 0.25 * 2 + 0.5


def grade(judge, exercise, sources, folder, **options):
    jobs = []
    for number, source in enumerate(sources):
        file = folder / f"{number}.py"
        file.write_text(source, encoding="utf-8")
        jobs.append(Job(str(number), {exercise.id: file}))
    return judge.grade([exercise], jobs, **options)


def test_a_slow_one_holds_up_no_other(judge, course, tmp_path):
    (exercise,) = course.select(["softmax"])
    right, done = exercise.solution.read_text(encoding="utf-8"), []
    sources = [softmax("while True: pass"), *[right] * 5]
    verdicts = grade(judge, exercise, sources, tmp_path, processes=2, report=lambda job, _: done.append(job.label))
    assert [verdict.passed for verdict in verdicts] == [False, *[True] * 5]
    assert done.index("0") >= 3 and sorted(done) == list("012345")


def test_a_judge_that_dies_takes_no_other_verdict_along(judge, course, tmp_path, monkeypatch):
    (exercise,) = course.select(["softmax"])
    right = exercise.solution.read_text(encoding="utf-8")
    open_ = Judging.open

    def dies(self, number, request):
        return os._exit(1) if self.jobs[number].label == "2" else open_(self, number, request)

    monkeypatch.setattr(Judging, "open", dies)
    done = []
    with pytest.raises(JudgeError, match="a parallel judge was killed"):
        grade(judge, exercise, [right] * 5, tmp_path, processes=2, report=lambda job, _: done.append(job.label))
    assert "2" not in done and set("34") <= set(done)


def test_a_grader_that_does_not_import_is_the_reason_in_parallel_too(judge, make_course, tmp_path):
    course = make_course("def f(x):\n    return x\n", "import no_such_module\n")
    verdicts = grade(
        Judge(course, judge.sandbox), course.exercises[0], ["x = 1", "x = 2", "x = 3"], tmp_path, processes=2
    )
    for verdict in verdicts:
        assert verdict.score is None and "no_such_module" in verdict.exercises[0].message


def test_enough_is_enough_in_parallel_too(judge, course):
    (exercise,) = course.select(["softmax"])
    wrong = softmax("return x.exp()")
    for processes in (1, 2):
        verdicts = grade_sources(judge, exercise, [wrong] * 2, processes=processes, enough=lambda job, test: True)
        assert [len(verdict.tests) for verdict in verdicts] == [1, 1]
