"""Preparations of a process before it becomes a worker, forked from the zygote or started in advance."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from kata.sandbox import limits as rlimits
from kata.sandbox.jail import Jail

WHERE = signal.SIGUSR1  # has a worker say where it is


def warm_up(*, cuda: bool) -> None:
    """Load and touch, once, what nearly every submission uses, so that a worker is ready within milliseconds.

    One thread before anything runs: a thread pool would not survive a fork, and its children would hang. With `cuda`
    there is no backward pass: the first one asks the driver for its cards and starts a thread for each.
    """
    import linecache  # noqa: F401
    import traceback  # noqa: F401

    import jaxtyping  # noqa: F401
    import torch
    import torch.testing

    from kata.sandbox import worker

    # What workers print to: made here, since it takes them as long as a third of the fork.
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    torch.set_num_threads(1)
    faulthandler.register(WHERE, file=2, all_threads=False)  # for a judge who asks where a worker is
    worker.warm_up(backward=not cuda)
    gc.collect()
    gc.freeze()  # the collector of a child leaves our pages alone, which would otherwise be copied


@cache
def prepare(*, cuda: bool) -> None:
    """Load what torch loads only at its first use, which then takes longer than a test may.

    It is loaded by using it: where it is kept changes from one version to the next. With `cuda` nothing may be used that
    asks how many cards there are: whoever has asked has no child that can open one.
    """
    for use in (_optimizer,) if cuda else _FIRST_USES:
        with contextlib.suppress(Exception):  # this version does not have it, or not here: then it takes no time either
            use()
    gc.collect()
    gc.freeze()


def _optimizer() -> None:
    import torch

    torch.optim.AdamW(torch.nn.Linear(1, 1).parameters())


def _step() -> None:
    import torch

    layer = torch.nn.Linear(1, 1)
    layer(torch.ones(1, 1)).sum().backward()
    torch.optim.AdamW(layer.parameters()).step()


def _without_numbers() -> None:
    import torch

    x = torch.ones(2, 3, device="meta")
    (x @ x.mT + x.softmax(-1).sum()).exp().to("meta")


def _derivatives() -> None:
    import torch
    from torch.utils.checkpoint import checkpoint

    def square(x: Any) -> Any:
        return (x * x).sum()

    x = torch.ones(2)
    for derivative in (torch.func.grad, torch.func.jacrev, torch.func.jacfwd, torch.func.hessian, torch.vmap):
        with contextlib.suppress(Exception):
            derivative(square)(x)
    torch.func.functional_call(torch.nn.Linear(2, 2), {}, x)
    checkpoint(square, torch.ones(2, requires_grad=True), use_reentrant=False).backward()


def _compiler() -> None:
    import torch

    for backend in ("eager", "aot_eager"):  # the usual one starts processes of its own
        torch.compile(lambda x: x.exp() / x.sum(), backend=backend)(torch.ones(2))
    torch._dynamo.reset()


_FIRST_USES: Sequence[Callable[[], None]] = (_step, _without_numbers, _derivatives, _compiler)


def become_worker(jail: Jail, limits: dict[str, Any], fds: list[int], folder: str) -> None:
    from kata.sandbox import worker

    os.setsid()
    rlimits.die_with_parent()
    frames, output = fds
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(frames, worker.FRAMES)
    os.closerange(worker.FRAMES + 1, 1 << 20)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    held_to = {name: value for name, value in limits.items() if name != "prepared"}
    limit = partial(rlimits.apply, **held_to, cuda=jail.cuda)
    served = worker.Served()
    prepare = partial(served.open_card, limits["memory"]) if jail.cuda else None
    folder = jail.shut_in(folder, limit, prepare)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder
    served.answer_all()
