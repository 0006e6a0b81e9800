"""The reference of 02_training/checkpoint: processes that resume, are killed for good, and files cut off at any byte."""

import os
import random
import resource
import signal

import numpy as np
import pytest
import torch
from torch import nn

from tests.conftest import reference

SOLUTION = reference(__file__)


def run(path, seed, steps, *, resume=False, save=False, room=None):
    """Train so many steps; the weights. The disk has `room` for the save."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1 / seed)
    start = SOLUTION.load_checkpoint(path, model, optimizer) if resume else 0
    for _ in range(start, steps):
        x = torch.randn(5, 4) + random.gauss(0, 1) + float(np.random.normal())
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
    if save:
        if room is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # the kernel ends whoever makes too large a file
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        SOLUTION.save_checkpoint(path, model, optimizer, steps)
    return torch.cat([tensor.flatten().double() for tensor in model.state_dict().values()])


def in_a_process(function, *args, **options):
    """Run it in a child; by which signal that ended, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            function(*args, **options)
            os._exit(0)
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("broken_at", [1, 4])
def test_a_resumed_run_is_the_unbroken_one(tmp_path, broken_at):
    unbroken = run(tmp_path / "last", 1, 7)
    run(tmp_path / "last", 1, broken_at, save=True)
    assert torch.equal(run(tmp_path / "last", 2, 7, resume=True), unbroken)


@pytest.mark.parametrize("room", [0, 100, 5000])
def test_a_process_that_is_killed_while_it_saves_leaves_the_old_file(tmp_path, room):
    path = tmp_path / "last"
    saved = run(path, 1, 0, save=True)
    before = path.read_bytes()
    assert in_a_process(run, path, 3, 0, save=True, room=room) == signal.SIGXFSZ
    assert path.read_bytes() == before
    assert torch.equal(run(path, 2, 0, resume=True), saved)
    run(path, 1, 2, save=True)  # what the killed one has left is not in the way
    assert [file.name for file in tmp_path.iterdir()] == ["last"]


def test_whatever_bytes_are_missing_it_is_refused(tmp_path):
    model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    SOLUTION.save_checkpoint(tmp_path / "good", model, optimizer, 3)
    good = (tmp_path / "good").read_bytes()
    for size in [*range(0, len(good), 499), *range(len(good) - 9, len(good))]:
        (tmp_path / "torn").write_bytes(good[:size])
        with pytest.raises((RuntimeError, EOFError, OSError)):
            SOLUTION.load_checkpoint(tmp_path / "torn", model, optimizer)
    assert SOLUTION.load_checkpoint(tmp_path / "good", model, optimizer) == 3
