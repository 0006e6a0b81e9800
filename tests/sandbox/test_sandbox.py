"""The sandbox at every level this machine has: what workers see, what outlives them, and what faults of ours cost."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kata.errors import JudgeError
from kata.execution.protocol import pack, unpack
from kata.judge.submission import wait_until_ready
from kata.sandbox import syscalls
from kata.sandbox.host import Limits, Sandbox, WorkerEnded
from tests.conftest import ROOT, busy, soon


def levels():
    found = []
    for level in ("full", "restricted", "none"):
        with Sandbox([ROOT], level) as sandbox:
            try:
                found.append(sandbox.isolation)
            except JudgeError:
                continue
    return found


LEVELS = levels()


@pytest.fixture(scope="module", params=LEVELS)
def sandbox(request):
    with Sandbox([ROOT], request.param) as sandbox:
        yield sandbox


def load(worker, source, seconds=10):
    return unpack(*worker.request(pack({"op": "load", "source": source, "file": "x.py"}), seconds))


def found_by(sandbox, source):
    """What a submission prints while it is imported."""
    worker = sandbox.spawn(Limits())
    raised = load(worker, source)["raised"]
    assert raised is None, raised
    time.sleep(0.02)
    worker.close()
    return worker.printed.decode()


def test_a_worker_answers(sandbox):
    assert found_by(sandbox, "print('here')") == "here\n"


def test_the_environment_is_clean(sandbox, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    text = found_by(sandbox, "import os; print(dict(os.environ), open('/proc/self/environ').read())")
    assert "SECRET" not in text
    assert "VIRTUAL_ENV" not in text


def test_there_is_a_folder_to_write_in(sandbox):
    source = "import os, tempfile; open('a', 'w').write('x'); f = tempfile.mkstemp()[1]; print(os.listdir('.') , f)"
    assert "'a'" in found_by(sandbox, source)
    assert "'a'" not in found_by(sandbox, "import os; print(os.listdir('.'))")


def test_what_a_worker_can_read(sandbox):
    source = f"""
import os
for path in ({str(ROOT / "solutions")!r}, {str(ROOT / "graders")!r}, {str(Path.home())!r} + '/.bashrc', '/etc/passwd'):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).read()
        print('READ', path)
    except OSError as error:
        print(type(error).__name__, path)
"""
    text = found_by(sandbox, source)
    assert ("READ" in text) == (sandbox.isolation == "none")


def test_the_libraries_are_there(sandbox):
    assert (
        found_by(sandbox, "import torch.fft, json, csv, sqlite3, numpy.polynomial; print(torch.eye(2).sum().item())")
        == "2.0\n"
    )


@pytest.mark.skipif("full" not in LEVELS, reason="needs level full")
@pytest.mark.skipif(not os.access(sys.prefix, os.W_OK), reason="the libraries are not ours to write in")
def test_a_folder_of_the_course_inside_of_a_library_stays_hidden(tmp_path):
    inside = Path(sys.prefix) / "kata-course-of-a-test"
    inside.mkdir()
    (inside / "solution.py").write_text("42")
    try:
        for level in LEVELS[:-1]:
            with Sandbox([inside], level) as sandbox:
                text = found_by(sandbox, f"import os; print(os.path.exists({str(inside / 'solution.py')!r}))")
                assert text == "False\n" or level == "restricted"
                with pytest.raises(AssertionError, match="Error"):
                    found_by(sandbox, f"open({str(inside / 'solution.py')!r})")
    finally:
        (inside / "solution.py").unlink()
        inside.rmdir()


def test_nothing_outlives_its_worker(sandbox):
    assert sandbox.isolation  # waits for the zygote's own processes
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    worker = sandbox.spawn(Limits())
    with contextlib.suppress(WorkerEnded):
        load(
            worker, "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid(); time.sleep(60)\n"
        )
    worker.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and sandbox.isolation != "none":
        left = {process.pid for process in psutil.Process().children(recursive=True)} - before
        if not left:
            break
        time.sleep(0.05)
    else:
        if sandbox.isolation != "none":
            pytest.fail(f"{left} outlived their worker")


def forked(sandbox):
    """The processes that the sandbox has, once it has done what it was asked without an answer."""
    sandbox.branch().close()
    return set(psutil.Process().children(recursive=True))


def test_an_expected_worker_is_the_next_one(sandbox):
    before = forked(sandbox)
    sandbox.expect(Limits())
    (expected,) = forked(sandbox) - before
    worker = sandbox.spawn(Limits())
    assert forked(sandbox) - before == {expected}
    assert load(worker, "x = 1")["raised"] is None
    worker.close()
    expected.wait(5)


def test_one_expected_with_other_limits_is_none(sandbox):
    before = forked(sandbox)
    sandbox.expect(Limits(open_files=100))
    (expected,) = forked(sandbox) - before
    source = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    assert found_by(sandbox, source) == f"{Limits().open_files}\n"
    expected.wait(5)


def test_an_expected_worker_that_ended_is_replaced(sandbox):
    before = forked(sandbox)
    sandbox.expect(Limits())
    (expected,) = forked(sandbox) - before
    expected.kill()
    with contextlib.suppress(psutil.NoSuchProcess):  # it stays a zombie until the zygote looks
        while expected.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
    assert found_by(sandbox, "print('another')") == "another\n"


def test_what_is_expected_no_more_ends(sandbox):
    before = forked(sandbox)
    sandbox.expect(Limits())
    (expected,) = forked(sandbox) - before
    sandbox.expect(None)
    expected.wait(5)


def test_an_expected_worker_ends_with_its_judge(sandbox):
    before = forked(sandbox)
    branch = sandbox.branch()
    branch.expect(Limits())
    sandbox.expect(Limits())
    assert soon(lambda: len(forked(sandbox) - before) == 2)
    branch.close()
    assert soon(lambda: len(forked(sandbox) - before) == 1)
    sandbox.expect(None)


def test_a_killed_zygote_is_started_anew():
    with Sandbox([ROOT]) as sandbox:
        sandbox.spawn(Limits()).close()
        os.killpg(sandbox._process.pid, signal.SIGKILL)
        assert found_by(sandbox, "print('again')") == "again\n"


def test_a_worker_whose_zygote_dies_ends_with_it():
    with Sandbox([ROOT]) as sandbox:
        worker = sandbox.spawn(Limits())
        os.killpg(sandbox._process.pid, signal.SIGKILL)
        with pytest.raises(WorkerEnded):
            load(worker, "import time; time.sleep(5)", 5)


def test_an_unknown_level_is_refused():
    with Sandbox([ROOT], "perfect") as sandbox, pytest.raises(JudgeError, match="'perfect' is not to be had"):
        sandbox.spawn(Limits())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")
def test_what_switches_namespaces_off_is_said_with_what_switches_them_on(monkeypatch):
    from kata.sandbox import namespaces

    monkeypatch.setattr(
        namespaces, "_SETTINGS", (("no.such_setting", "0", "1"), ("user.max_user_namespaces", "-1", "5"))
    )
    assert namespaces.switched_off() == ""
    monkeypatch.setattr(namespaces, "_SETTINGS", (("fs.mqueue.msg_max", "10", "20"),))
    if Path("/proc/sys/fs/mqueue/msg_max").is_file():
        said = "(fs.mqueue.msg_max is 10; sudo sysctl fs.mqueue.msg_max=20 allows them)"
        assert namespaces.switched_off() == f"user namespaces are switched off {said}"


def test_spares_serve_where_nothing_is_forked():
    with Sandbox([ROOT], "none", spares=True) as sandbox:
        first, second = (found_by(sandbox, "import os; print(os.getpid())") for _ in range(2))
        assert int(first) != int(second)


JUDGE = """
import sys, time
from pathlib import Path
from kata.execution.protocol import pack
from kata.sandbox.host import Limits, Sandbox
sandbox = Sandbox([Path(sys.argv[1])])
worker = sandbox.spawn(Limits())
print(sandbox.folder, flush=True)
worker.request(pack({"op": "load", "source": "import time; time.sleep(60)", "file": "x.py"}), 60)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ended_judge_leaves_nothing_behind(how):
    with subprocess.Popen(
        [sys.executable, "-c", JUDGE, str(ROOT)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as judge:
        folder = Path(judge.stdout.readline().decode().strip())
        children = psutil.Process(judge.pid).children(recursive=True)
        assert folder.is_dir() and children
        judge.send_signal(how)
        judge.wait(10)
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    deadline = time.monotonic() + 5
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


NAMES_A_THREAD = """
import threading
def name():
    with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as file:
        file.write("cuda")
thread = threading.Thread(target=name)
thread.start()
thread.join()
print(*[name for name in ("CUDA_VISIBLE_DEVICES", "CUDA_LAUNCH_BLOCKING") if name in os.environ])
"""


def test_the_driver_may_name_its_threads_and_the_cards_are_seen_only_on_cuda(sandbox, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert found_by(sandbox.on("cuda"), f"import os{NAMES_A_THREAD}") == "CUDA_LAUNCH_BLOCKING\n"
    assert found_by(sandbox, "import os; print(repr(os.environ['CUDA_VISIBLE_DEVICES']))") == "''\n"


def test_a_worker_that_fails_before_the_submission_is_there_is_no_fault_of_the_submission(sandbox):
    with pytest.raises(JudgeError, match="ended before it was ready"):
        wait_until_ready(sandbox.spawn(Limits(open_files=1)))


def test_a_zygote_that_does_not_start_says_why(monkeypatch):
    monkeypatch.setattr(
        "kata.sandbox.host._clean_environment", lambda folder, **_: {"PYTHONHASHSEED": "0", "TMPDIR": folder}
    )
    monkeypatch.setattr("kata.sandbox.host.sys.executable", "/bin/false")
    with Sandbox([ROOT]) as sandbox, pytest.raises(JudgeError, match="does not start: its zygote ended"):
        sandbox.spawn(Limits())


def question(source):
    return pack({"op": "load", "source": source, "file": "x.py"})


def test_questions_wait_in_line(sandbox):
    worker = sandbox.spawn(Limits())
    for source in ("raise ValueError('one')", "raise ValueError('two')", ""):
        worker.send(question(source))
    assert worker.unanswered == 3
    said = [unpack(*worker.receive(20))["raised"] for _ in range(3)]
    assert [raised and raised["message"] for raised in said] == ["one", "two", None]
    assert worker.unanswered == 0
    worker.close()


def test_large_questions_and_answers_do_not_block_each_other(sandbox):
    worker = sandbox.spawn(Limits())
    for number in range(3):
        worker.send(question(f"raise ValueError('{number}' * {1 << 19})" + "#" * (1 << 19)))
    for number in range(3):
        assert unpack(*worker.receive(20))["raised"]["message"] == str(number) * (1 << 19)
    worker.close()


def test_what_was_answered_before_the_end_is_received(sandbox):
    worker = sandbox.spawn(Limits())
    for source in ("raise ValueError('said')", "import os; os._exit(3)", ""):
        worker.send(question(source))
    assert unpack(*worker.receive(20))["raised"]["message"] == "said"
    with pytest.raises(WorkerEnded, match="exited") as end:
        worker.receive(20)
    assert os.waitstatus_to_exitcode(end.value.status) == 3


@pytest.mark.parametrize(
    "column, header", [(0, "x86_64-linux-gnu/asm/unistd_64.h"), (1, "asm-generic/unistd.h")], ids=["x86_64", "aarch64"]
)
def test_system_calls_have_the_numbers_that_the_kernel_gave_them(column, header):
    file = Path("/usr/include", header)
    if not file.exists():
        pytest.skip("the kernel's headers are not installed")
    defined = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", file.read_text(), re.MULTILINE)
    theirs = {name: int(number) for name, number in defined if name != "syscalls"}  # that one counts them
    ours = {name: numbers[column] for name, numbers in syscalls._NUMBERS.items()}
    newest = max(theirs.values())  # headers older than a call of ours cannot know it
    known = {name: number for name, number in ours.items() if name in theirs or (number or 0) <= newest}
    assert known == {name: theirs.get(name) for name in known}


def ends(sandbox, source, seconds=1.2, **patience):
    """How a worker ends that is not waited for once it has slept for half a second; "" if it answers."""
    worker = sandbox.spawn(Limits())
    worker.send(question(source))
    try:
        worker.receive(seconds, 0.5, **patience)
    except WorkerEnded as end:
        return end.reason
    else:
        return ""
    finally:
        worker.close()


ASLEEP = {
    "sleeps": "import time; time.sleep(60)",
    "a lock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "a line that nobody writes to": "import os; os.read(os.pipe()[0], 1)",
    "all its threads": "import threading, time\nt = threading.Thread(target=time.sleep, args=[60]); t.start(); t.join()",
    "a little, again and again": "import time\nwhile True: time.sleep(0.1)",
    "stopped": "import os, signal, time\nos.kill(os.getpid(), signal.SIGSTOP); time.sleep(60)",
    "named to mislead": "import ctypes, time; ctypes.CDLL(None).prctl(15, b'x\\nState:\\tR'); time.sleep(60)",
}
AWAKE = {
    "a loop": "while True: pass",
    "a thread": "import threading\ndef f():\n  while True: pass\nt = threading.Thread(target=f); t.start(); t.join()",
}
BUSY_CHILD = "import os, time\nif os.fork() == 0:\n  while True: pass\n"
SLEEPING_CHILD = "import os, time\nif os.fork() == 0:\n  time.sleep(60)\n  os._exit(0)\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows it")
@pytest.mark.parametrize("source", ASLEEP.values(), ids=ASLEEP)
def test_what_sleeps_is_not_waited_for(sandbox, source):
    assert ends(sandbox, source, 20.0) == "asleep"


@pytest.mark.parametrize("source", AWAKE.values(), ids=AWAKE)
def test_what_works_has_its_time(sandbox, source):
    assert ends(sandbox, source) == "timed_out"


def test_a_short_sleep_does_no_harm(sandbox):
    assert ends(sandbox, "import time; time.sleep(0.3)") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows it")
def test_a_worker_is_awake_as_long_as_what_it_started():
    with Sandbox([ROOT], "none") as sandbox:  # at the other levels it cannot start anything
        assert ends(sandbox, BUSY_CHILD + "time.sleep(60)") == "timed_out"
        assert ends(sandbox, SLEEPING_CHILD + "while True: pass") == "timed_out"
        assert ends(sandbox, SLEEPING_CHILD + "os.wait()", 20.0) == "asleep"


WORK = "import time\nstart = time.process_time()\nwhile time.process_time() - start < {}: pass\n"


def test_who_waits_for_a_processor_is_not_asleep(sandbox):
    with busy():
        assert ends(sandbox, WORK.format(0.2), 60.0) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the judge's own clock must do")
def test_a_worker_is_charged_for_its_own_time_only(sandbox):
    worker = sandbox.spawn(Limits())
    load(worker, "")
    with busy():
        before = worker.spent
        load(worker, WORK.format(0.3), 60)
        worked = worker.spent - before
    assert 0.3 <= worked < 0.6
    load(worker, "import time; time.sleep(0.5)")
    assert 0.3 <= worker.spent - before - worked < 0.8
    worker.close()


THREADS = """
import hashlib, threading, time
def work():
    start = time.thread_time()
    while time.thread_time() - start < 0.2: hashlib.sha256(bytes(1 << 20))
threads = [threading.Thread(target=work) for _ in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the judge's own clock must do")
def test_all_threads_are_charged_for(sandbox):
    worker = sandbox.spawn(Limits())
    load(worker, THREADS)
    assert worker.spent > 0.6
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows it")
def test_what_a_worker_started_is_charged_for():
    with Sandbox([ROOT], "none") as sandbox:
        worker = sandbox.spawn(Limits())
        load(worker, f"import os\nif os.fork() == 0:\n  exec({WORK.format(0.3)!r}); os._exit(0)\nos.wait()")
        assert worker.spent > 0.25  # the kernel counts it in ticks
        worker.close()


def test_the_judge_s_clock_ends_what_the_other_does_not(sandbox):
    assert ends(sandbox, "while True: pass", 60.0, wall=0.3) == "overdue"


PLACES = {
    "a loop": ("x = 1\nwhile True: pass\n", 2),
    "a call": ("def f():\n    while True:  pass\nf()\n", 2),
    "a call into C": ("import re\nx = 1\nre.match('(a+)+$', 'a' * 40 + 'b')\n", 3),
    "sleep": ("import time\n\n\ntime.sleep(60)\n", 4),
    "much printed": ("while True: print('x')\n", 1),
}


@pytest.mark.parametrize("source, line", PLACES.values(), ids=PLACES)
def test_a_worker_that_takes_too_long_says_where_it_is(sandbox, source, line):
    worker = sandbox.spawn(Limits())
    worker.send(question(source))
    with pytest.raises(WorkerEnded) as end:
        worker.receive(0.3)
    assert re.search(r'File "x.py", line (\d+)', end.value.trace)[1] == str(line)
    assert "x.py" not in worker.printed.decode()


def test_one_that_does_not_say_where_it_is_ends_all_the_same(sandbox):
    assert (
        ends(sandbox, "import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nwhile True: pass") == "timed_out"
    )
    assert (
        ends(sandbox, "import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_DFL)\nwhile True: pass") == "timed_out"
    )


def test_a_prepared_worker_has_all_of_torch(sandbox):
    source = "import sys; print([name in sys.modules for name in ('torch._dynamo', 'torch._meta_registrations')])"
    worker = sandbox.spawn(Limits(prepared=True))
    assert worker.prepared
    assert load(worker, source)["raised"] is None
    assert load(worker, "import os; print(len(os.listdir('/proc/self/task')))")["raised"] is None
    worker.close()
    assert worker.printed.decode() == "[True, True]\n1\n"
    with contextlib.closing(sandbox.spawn(Limits())) as later:
        assert later.prepared


def test_only_who_may_have_loaded_more_of_torch_is_said_to():
    for source, expected in (("while True: pass", False), ("import torch._dynamo\nwhile True: pass", True)):
        with Sandbox([ROOT]) as sandbox:
            worker = sandbox.spawn(Limits())
            worker.send(question(source))
            with pytest.raises(WorkerEnded) as end:
                worker.receive(0.3 if not expected else 6)
            assert end.value.may_have_loaded == expected
