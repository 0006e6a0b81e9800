"""`kata` as a process of its own: what it loads, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kata import __version__
from kata.cli import COMMANDS
from tests.commands.conftest import RIGHT, kata_process, running_with, write

LIGHT = """
import sys
import kata.sandbox.host
from kata.cli import main

def sandbox(**settings):
    assert "torch" not in sys.modules and "rich" not in sys.modules, "the sandbox is started first"
    raise KeyboardInterrupt

kata.sandbox.host.Sandbox = sandbox
for argv, status in {commands!r}:
    assert main(argv) == status, argv
    assert "torch" not in sys.modules, argv
"""


def test_light_commands_never_load_torch(root):
    commands = [([c, "--help"], 0) for c in COMMANDS]
    commands += [(["grade"], 130), (["grade", "no"], 2), (["--version"], 0), (["--help"], 0), ([], 0), (["list"], 0)]
    commands += [
        (["next"], 0),
        (["hint", "double"], 0),
        (["reset", "double"], 0),
        (["stubs"], 0),
        (["new", "01_one/x"], 0),
    ]
    done = subprocess.run(
        [sys.executable, "-c", LIGHT.format(commands=commands)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"kata {__version__}\n" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_real_process(root):
    write(root / "exercises/01_one/double.py", RIGHT.format(name="double"))
    process = kata_process("grade", "double", "--device", "cpu", cwd=root)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "passed" in out and not err and "\x1b" not in out


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6, 3.0], ids="{} s after the sandbox is started".format)
def test_ctrl_c_ends_all_of_it(root, tmp_path, seconds):
    write(root / "exercises/01_one/double.py", "import time\ntime.sleep(60)\n")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = kata_process("grade", "double", cwd=root, env=environment, start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err == "kata: stopped; nothing was graded to the end.\n"
    assert not list(temporary.iterdir()), "its folder is removed"
    deadline = time.monotonic() + 5  # the kernel takes a moment over what was killed
    while running_with(str(temporary)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not running_with(str(temporary)), "its processes are gone"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_disk_that_is_full_is_no_fault_of_the_suite(root):
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "kata", "list"],
            cwd=root,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 3
    assert process.stderr == "kata: No space left on device. Make room on the disk, and try again.\n"


def test_a_reader_that_has_enough(root):
    process = kata_process("list", cwd=root)
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""
