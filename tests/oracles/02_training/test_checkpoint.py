"""The reference of 02_training/checkpoint, in processes of their own: resumed in a new one, and killed for good in another."""

import subprocess
import sys
import zipfile

import pytest
import torch
from torch import nn

from tests.conftest import ROOT, reference

SOLUTION = reference(__file__)
FILE = ROOT / "solutions" / "02_training" / "checkpoint.py"
TRAIN = """
import hashlib, os, random, resource, signal, sys
import numpy as np
import torch
from torch import nn

solution = {}
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"), solution)
path, seed, steps, ways = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]
random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.1 / seed)
step = solution["load_checkpoint"](path, model, optimizer) if "resume" in ways else 0
while step < steps:
    x = torch.randn(5, 4) + random.gauss(0, 1) + float(np.random.normal())
    optimizer.zero_grad()
    model(x).square().mean().backward()
    optimizer.step()
    step += 1
if "save" in ways:
    solution["save_checkpoint"](path, model, optimizer, step)
if "killed" in ways:
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(ways[-1]), resource.RLIM_INFINITY))
    solution["save_checkpoint"](path, model, optimizer, step)
print(hashlib.sha256(b"".join(t.numpy().tobytes() for t in model.state_dict().values())).hexdigest())
"""


def train(path, seed, steps, *ways):
    command = [sys.executable, "-c", TRAIN, str(FILE), str(path), str(seed), str(steps), *ways]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_run_resumed_in_a_new_process_is_the_unbroken_one(tmp_path):
    path = tmp_path / "last.pt"
    unbroken = train(path, 1, 9)
    assert train(path, 1, 5, "save").returncode == 0
    resumed = train(path, 2, 9, "resume")
    assert resumed.stdout == unbroken.stdout != ""


@pytest.mark.parametrize("room", ["0", "100", "5000"])
def test_a_process_that_the_kernel_kills_while_it_saves_leaves_the_old_file(tmp_path, room):
    path = tmp_path / "last.pt"
    assert train(path, 1, 3, "save").returncode == 0
    before = path.read_bytes()
    assert train(path, 1, 6, "killed", room).returncode < 0  # by the signal for a file that grows too large
    assert path.read_bytes() == before
    assert train(path, 2, 3, "resume").stdout == train(path, 1, 3).stdout != ""
    assert train(path, 1, 6, "save").returncode == 0  # what the killed one has left is not in the way
    assert [file.name for file in tmp_path.iterdir()] == ["last.pt"]


def test_whatever_bytes_are_missing_it_is_refused(tmp_path):
    model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    SOLUTION.save_checkpoint(tmp_path / "good", model, optimizer, 3)
    good = (tmp_path / "good").read_bytes()
    assert zipfile.is_zipfile(tmp_path / "good")
    for size in [*range(0, len(good), 97), *range(len(good) - 30, len(good))]:
        (tmp_path / "torn").write_bytes(good[:size])
        with pytest.raises((RuntimeError, EOFError)):
            SOLUTION.load_checkpoint(tmp_path / "torn", model, optimizer)
    assert SOLUTION.load_checkpoint(tmp_path / "good", model, optimizer) == 3
