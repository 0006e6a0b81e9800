"""Workers side by side: they cannot see, read, signal or outlive each other, and their end is the end of all they began."""

import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kata.errors import JudgeError
from kata.execution.protocol import pack, unpack
from kata.sandbox.host import Limits, Sandbox, WorkerEnded
from tests.conftest import ROOT, soon
from tests.hostile.arena import EVIDENCE, LEVELS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the levels above `none` are Linux's")


@pytest.fixture(scope="module", params=LEVELS)
def sandbox(request):
    with Sandbox([ROOT], request.param) as sandbox:
        try:
            _ = sandbox.isolation
        except JudgeError as error:
            pytest.skip(str(error))
        yield sandbox


@pytest.fixture
def isolated(sandbox):
    if sandbox.isolation == "none":
        pytest.skip("level none makes no promise about it")
    return sandbox


def run(worker, source, seconds=20.0):
    """Have the worker import this source, as it would a submission."""
    return unpack(*worker.request(pack({"op": "load", "source": source, "file": "x.py"}), seconds))["raised"]


def printed(worker):
    time.sleep(0.05)
    worker.close()
    return worker.printed.decode()


def family(sandbox):
    """The zygote, its caretaker and its workers, with all that they started."""
    root = psutil.Process(sandbox._process.pid)
    return {root, *root.children(recursive=True)}


def gone(processes, seconds=5.0):
    _, left = psutil.wait_procs(processes, timeout=seconds)
    return not left


TRIED = """
import os, tempfile, ctypes, glob, socket
def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])
"""


def test_two_at_once_are_strangers(isolated, tmp_path):
    before = {process.pid for process in family(isolated)}
    one, other = isolated.spawn(Limits()), isolated.spawn(Limits())
    assert run(one, TRIED + "open('secret', 'w').write('x'); open('/dev/shm/kata-x', 'w')") is not None
    assert run(one, TRIED + "print(os.getcwd(), os.getpid(), tempfile.gettempdir())") is None
    with contextlib.suppress(WorkerEnded):
        one._drain()
    folder, own_pid, temporary = one.printed.decode().split()[-3:]
    pids = {process.pid for process in family(isolated)} - before | {int(own_pid) + 1}
    attack = f"""
for pid in {pids} - {{os.getpid()}}:
    for number in (0, 19, 15, 9):
        tried(f"signal {{number}} to {{pid}}", lambda: os.kill(pid, number))
    for name in ("mem", "environ", "maps", "cmdline", "fd", "cwd", "root"):
        tried(name, lambda: os.listdir(f"/proc/{{pid}}/{{name}}") if name == "fd" else open(f"/proc/{{pid}}/{{name}}").read(9))
    tried("priority", lambda: os.setpriority(0, pid, 19))
    tried("affinity", lambda: os.sched_setaffinity(pid, {{0}}))
    tried("its secret by its folder", lambda: open(f"/proc/{{pid}}/cwd/secret").read())
for place in {{{folder!r}, {temporary!r}}}:
    if place != os.getcwd() or place == "/scratch":
        tried("its secret", lambda: open(place + "/secret").read())
tried("the folders of others", lambda: [name for name in os.listdir("..") if name.startswith("tmp")][0])
tried("a link to it", lambda: os.link({folder!r} + "/secret", "mine"))
tried("shared memory", lambda: open("/dev/shm/kata-y", "w"))
tried("an abstract socket", lambda: socket.socket(socket.AF_UNIX).bind("\\0kata"))
tried("a pipe by name", lambda: os.mkfifo("../kata-pipe"))
"""
    assert run(other, TRIED + attack) is None
    assert EVIDENCE not in printed(other)
    assert run(one, "assert open('secret').read() == 'x'") is None
    one.close()


def test_a_name_in_the_temporary_folder_is_each_ones_own(sandbox):
    one, other = sandbox.spawn(Limits()), sandbox.spawn(Limits())
    source = "import tempfile, os\nfd = os.open(tempfile.gettempdir() + '/lock', os.O_CREAT | os.O_EXCL)"
    assert run(one, source) is None
    assert run(other, source) is None
    one.close()
    other.close()


def test_a_worker_has_no_descriptor_but_its_own(sandbox):
    workers = [sandbox.spawn(Limits()) for _ in range(3)]
    assert (
        run(workers[-1], "import os; print(*[n for n in range(4, 1000) if os.path.exists(f'/proc/self/fd/{n}')])")
        is None
    )
    assert printed(workers[-1]).split() == []
    for worker in workers:
        worker.close()


OUTLIVING = {
    "threads": "import threading, time\nfor _ in range(5): threading.Thread(target=time.sleep, args=(60,)).start()",
    "deaf": """
import signal, ctypes, os
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
ctypes.CDLL(None).prctl(1, 0)
""",
    "stopped": "import os, signal, threading\nthreading.Timer(0.05, os.kill, (os.getpid(), signal.SIGSTOP)).start()",
    "forked": """
import os, time, ctypes
ctypes.CDLL(None).prctl(1, 0)
for _ in range(3):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.setsid()
                os.closerange(0, 100)
                time.sleep(60)
            os._exit(0)
    except OSError:
        pass
""",
}


@pytest.mark.parametrize("how", OUTLIVING)
def test_the_end_of_a_worker_is_the_end_of_all_it_began(sandbox, how):
    before = family(sandbox)
    worker = sandbox.spawn(Limits())
    assert run(worker, OUTLIVING[how]) is None
    time.sleep(0.1)
    begun = family(sandbox) - before
    assert begun
    worker.close()
    assert gone(begun)
    assert family(sandbox) <= before


@pytest.mark.parametrize("level", LEVELS)
def test_the_end_of_a_sandbox_is_the_end_of_its_workers(level):
    with Sandbox([ROOT], level) as sandbox:
        try:
            workers = [sandbox.spawn(Limits()) for _ in OUTLIVING]
        except JudgeError as error:
            pytest.skip(str(error))
        for worker, source in zip(workers, OUTLIVING.values(), strict=True):
            assert run(worker, source) is None
        begun = family(sandbox)
    assert gone(begun)
    assert not sandbox.folder.exists()


JUDGE = """
import sys, time
from pathlib import Path
from kata.execution.protocol import pack
from kata.sandbox.host import Limits, Sandbox
sandbox = Sandbox([Path(sys.argv[1])], sys.argv[2])
worker = sandbox.spawn(Limits())
worker.request(pack({"op": "load", "source": sys.argv[3], "file": "x.py"}), 60)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("level", LEVELS)
def test_a_judge_that_is_killed_leaves_no_worker(level):
    command = [sys.executable, "-c", JUDGE, str(ROOT), level, OUTLIVING["deaf"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as judge:
        if judge.stdout.readline() != b"ready\n":
            pytest.skip(f"no level {level} here")
        children = psutil.Process(judge.pid).children(recursive=True)
        judge.send_signal(signal.SIGKILL)
        judge.wait(10)
    assert gone(children)


def test_processor_time_is_limited_also_for_threads(sandbox):
    worker = sandbox.spawn(Limits(cpu_seconds=1))
    source = "import hashlib, threading\ndef f():\n    while True: hashlib.sha256(bytes(10**6))\n"
    source += "for _ in range(8): threading.Thread(target=f).start()\nf()"
    with pytest.raises(WorkerEnded) as ended:
        run(worker, source, 60)
    assert (ended.value.reason, ended.value.status) == ("exited", signal.SIGXCPU)


def test_a_folder_too_deep_for_any_path_is_removed(sandbox):
    worker = sandbox.spawn(Limits())
    source = "import os\nfor _ in range(300):\n    os.mkdir('d' * 200); os.chdir('d' * 200)\nopen('f', 'w')\nos.mkdir('closed', 0)"
    with contextlib.suppress(WorkerEnded):
        run(worker, source)
    worker.close()
    assert soon(lambda: not list((sandbox.folder / "root").iterdir()))


def test_crashes_cost_the_zygote_nothing(sandbox):
    def held():
        with contextlib.suppress(psutil.Error):  # one ended while we looked
            return sum(process.num_fds() for process in family(sandbox))
        return math.inf

    if os.geteuid() and sandbox.isolation == "restricted":
        pytest.skip("there the zygote lets nobody look into it")
    assert soon(lambda: held() < math.inf)
    before = held()
    for _ in range(20):
        with contextlib.suppress(WorkerEnded):
            run(sandbox.spawn(Limits()), "import os; os.abort()")
    assert soon(lambda: held() <= before)  # a worker of an earlier test may still have been among them


def test_an_answer_is_not_older_than_its_question(sandbox):
    worker = sandbox.spawn(Limits())
    early = "import os, sys, kata.execution.protocol as p\nframe = p.pack({'raised': None})\n"
    with pytest.raises(WorkerEnded, match="forged"):
        run(worker, early + "os.write(3, bytes(8) + frame)")


TOO_MUCH = {
    "files": "n = 0\nwhile True:\n    n += 1\n    open(f'file{n}', 'w').close()",
    "folders": "import os\nwhile True:\n    os.mkdir('d' * 200); os.chdir('d' * 200)",
    "bytes": "block = bytes(1 << 20)\nfor n in range(999):\n    with open(f'file{n}', 'wb') as f:\n"
    "        for _ in range(32): f.write(block)",
    "bytes that nobody sees": "import os\nblock, kept = bytes(1 << 20), []\nwhile True:\n"
    "    kept.append(open('file', 'wb')); os.unlink('file')\n    for _ in range(32): kept[-1].write(block)",
    "threads": "import threading, time, _thread\nthreading.stack_size(32768)\nwait = threading.Event()\n"
    "while True: _thread.start_new_thread(wait.wait, ())",
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_who_takes_more_than_it_may_is_stopped(sandbox, what):
    """At level full the kernel says no; below it, the judge looks at what is taken and ends the worker."""
    worker = sandbox.spawn(Limits())
    try:
        raised = run(worker, TOO_MUCH[what], 60)
        assert raised and raised["type"] in ("OSError", "RuntimeError", "error"), raised
        assert sandbox.isolation == "full" or os.geteuid()
    except WorkerEnded as ended:
        assert ended.reason == "overused" and sandbox.isolation != "full"
    worker.close()


def test_what_is_handed_in_to_nbgrader_is_hidden():
    from kata.sandbox.jail import _EXCHANGES

    exchange = Path(_EXCHANGES[0])
    if os.geteuid() or exchange.exists():
        pytest.skip("needs root, and no exchange of its own here")
    (exchange / "exchange").mkdir(parents=True)
    try:
        (exchange / "exchange" / "answer").write_text("x")
        for level in LEVELS[:2]:
            with Sandbox([ROOT], level) as sandbox:
                try:
                    worker = sandbox.spawn(Limits())
                except JudgeError:
                    continue
                assert (
                    run(worker, TRIED + f"tried('it', lambda: open({str(exchange / 'exchange/answer')!r}).read())")
                    is None
                )
                assert EVIDENCE not in printed(worker)
    finally:
        (exchange / "exchange" / "answer").unlink()
        (exchange / "exchange").rmdir()
        exchange.rmdir()
