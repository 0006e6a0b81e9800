"""Checkpoints: the resumed run is the unbroken one, a save that fails costs nothing, and a load runs no code."""

import contextlib
import io
import os
import pickle
import random
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from kata.grading import Case, between, choice, full_disk, load, normal, unpickling, watching, weights

pytestmark = pytest.mark.exercise(points=10, seconds=3, optimizers=True, dtypes=["float32"])


def layers(D, N):
    return nn.Sequential(nn.BatchNorm1d(D), nn.Dropout(0.3), nn.Linear(D, N))


def with_variances(state):
    return {name: tensor.abs() if name.endswith("running_var") else tensor for name, tensor in state.items()}


def adamw(model, lr, decay):
    groups = [{"params": model[0].parameters()}, {"params": model[2].parameters(), "weight_decay": decay}]
    return torch.optim.AdamW(groups, lr=lr)


@contextlib.contextmanager
def folder():
    """A folder `runs`, in a place that is gone afterwards. Names from here are the same wherever that is."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        try:
            Path("runs").mkdir()
            yield Path("runs")
        finally:
            os.chdir(before)


def names_in(place):
    return sorted(file.name for file in place.iterdir())


def draw(device):
    """A number from each generator; those that keep a spare one have it then, or have used it up."""
    return {
        "Python's random": random.gauss(0.0, 1.0),
        "NumPy's random": float(np.random.normal()),
        "torch's on the CPU": torch.randn(1),
        "torch's on the model's device": torch.rand(1, device=device),
    }


def train(model, optimizer, x, first, last):
    """Steps that draw from all generators; one learning rate follows from the step, the other from the one before."""
    losses = []
    for step in range(first, last):
        optimizer.param_groups[0]["lr"] = 0.1 / (1 + step)
        optimizer.param_groups[-1]["lr"] *= 0.9
        noise = sum(map(float, draw(x.device).values()))
        batch = x[random.sample(range(len(x)), 3)]
        loss = (model(batch) - noise).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    return all(torch.equal(one[name], other[name]) for name in one)


def resume(impl, run):
    """A run that is saved and goes on, and another one, saved as well, that is made of the first one's file."""
    (state, other), x, steps = run["states"], run["x"], run["steps"]
    sizes, last = state["2.weight"].shape[::-1], steps + run["more"]
    model, resumed = load(layers(*sizes), state), load(layers(*sizes), other)
    optimizer, another = adamw(model, run["lr"], run["decay"]), adamw(resumed, 2 * run["lr"], 0.0)
    with folder() as runs:
        train(model, optimizer, x, 0, steps)
        impl.save_checkpoint(runs / "last.pt", model, optimizer, steps)
        unbroken = train(model, optimizer, x, steps, last)
        (runs / "last.pt").rename("moved")
        train(resumed, another, x, 0, 1)
        impl.save_checkpoint(runs / "other.pt", resumed, another, last)
        step = impl.load_checkpoint(Path("moved"), resumed, another)
        losses = train(resumed, another, x, step if isinstance(step, int) else steps, last)
    return {
        "step": step,
        "losses of the run that went on": unbroken,
        "losses of the resumed run": losses,
        "weights of the resumed run": dict(resumed.state_dict()),
        "resumed is unbroken, bit for bit": same(losses, unbroken) and same(resumed.state_dict(), model.state_dict()),
    }


def momentum(model, lr):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.5)


def push(model, optimizer):
    """A step that makes the weight smaller."""
    model.weight.grad = model.weight.detach().clone()
    optimizer.step()


def started(weight, lr=0.25):
    model = load(nn.Linear(*weight.shape[::-1], bias=False), {"weight": weight})
    optimizer = momentum(model, lr)
    push(model, optimizer)
    return model, optimizer


def look_at(model, optimizer):
    state = optimizer.state.get(model.weight, {})
    return {
        "the weight": model.weight.detach().clone(),
        "the momentum": state.get("momentum_buffer", torch.zeros(0)).clone(),
        "the learning rate": optimizer.param_groups[0]["lr"],
    }


def carry_over(impl, weight, step, lr, path="runs/last.pt", as_text=False):
    """What there is after a load by a model and an optimizer that have not made a step yet."""
    model, optimizer = started(weight, lr)
    with folder():
        place = path if as_text else Path(path)
        impl.save_checkpoint(place, model, optimizer, step)
        push(model, optimizer)
        fresh = nn.Linear(*weight.shape[::-1], bias=False).to(weight)
        optimizer, parameter = momentum(fresh, 1.0), fresh.weight
        found = impl.load_checkpoint(place, fresh, optimizer)
        is_there = Path(path).is_file()
    return {
        "step": found,
        **look_at(fresh, optimizer),
        "in the same tensor": fresh.weight is parameter,
        "the file has this name": is_there,
    }


def draw_again(impl, weight, before, step):
    """What the generators give after a load; the save was after so many numbers."""
    model, optimizer = started(weight)
    for _ in range(before):
        draw(weight.device)
    with folder() as runs:
        impl.save_checkpoint(runs / "last.pt", model, optimizer, step)
        after_the_save = draw(weight.device)
        for _ in range(3):
            draw(weight.device)
        impl.load_checkpoint(runs / "last.pt", model, optimizer)
        after_the_load = draw(weight.device)
    same_again = {name: bool(number == after_the_load[name]) for name, number in after_the_save.items()}
    return {"after the save": after_the_save, "after the load": after_the_load, "to the last bit": same_again}


def replace(impl, weight, step, path):
    """How a second checkpoint takes the place of the first."""
    model, optimizer = started(weight)
    with folder() as runs:
        (runs / "notes").write_text("not ours")
        place = runs / path
        impl.save_checkpoint(place, model, optimizer, 1)
        first = impl.load_checkpoint(place, model, optimizer)
        push(model, optimizer)
        with watching(place) as seen:
            impl.save_checkpoint(place, model, optimizer, step)
        left, saved = names_in(runs), model.weight.detach().clone()
        push(model, optimizer)
        found = impl.load_checkpoint(place, model, optimizer)
    return {
        "files in the folder": left,
        "step of the first": first,
        "step of the second": found,
        "the weight is the saved one": torch.equal(model.weight, saved),
        "the old file is written into": seen.overwritten,
        "the old file is removed before the new one is there": seen.removed,
        "the old file is renamed before the new one is there": seen.renamed,
        "the new file is prepared outside of the folder": seen.from_elsewhere,
        "the new file is moved before it is whole": seen.unfinished,
    }


def run_out_of_room(impl, weight, step, shares, path):
    """Saves for which the disk has room for a part alone; then what is left of the good one before."""
    model, optimizer = started(weight)
    raised, kept = [], []
    with folder() as runs:
        impl.save_checkpoint(runs / path, model, optimizer, step)
        before = (runs / path).read_bytes()
        for share in shares:
            push(model, optimizer)
            with full_disk(int(share * len(before))):
                raised.append(fails(impl.save_checkpoint, runs / path, model, optimizer, step + 1))
            kept.append((runs / path).is_file() and (runs / path).read_bytes() == before)
        left = names_in(runs)
        found = impl.load_checkpoint(runs / path, model, optimizer) if kept[-1] else None
    return {"an error is raised": raised, "the old file is as it was": kept, "files in the folder": left, "step": found}


def fails(function, *arguments):
    try:
        function(*arguments)
    except Exception:
        return True
    return False


class Charge:
    """Whoever unpickles it makes a folder."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (self.marker,)


def as_a_pickle(good, charge):
    return pickle.dumps({"model": {}, "optimizer": {}, "step": charge}, protocol=2)  # of others torch warns


def as_torch_saves_it(good, charge):
    file = io.BytesIO()
    torch.save({"model": {}, "optimizer": {}, "step": charge}, file)
    return file.getvalue()


def in_their_own_file(good, charge):
    """The good file, with every pickle in it replaced."""
    if not zipfile.is_zipfile(io.BytesIO(good)):
        return as_a_pickle(good, charge)
    array = io.BytesIO()
    np.save(array, np.array([charge, None], dtype=object), allow_pickle=True)
    bad, changed = io.BytesIO(), {".pkl": pickle.dumps(charge, protocol=2), ".npy": array.getvalue()}
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(bad, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, changed.get(Path(entry).suffix, old.read(entry)))
    return bad.getvalue()


def cut_off(good, share):
    return good[: int(share * len(good))]


FORGERIES = {
    "a pickle": as_a_pickle,
    "as torch saves it": as_torch_saves_it,
    "in their own file": in_their_own_file,
    "cut off": cut_off,
}


def states():
    return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()


def load_a_bad_one(impl, weight, step, kind, share=None):
    """A good file is saved and loaded; then comes a bad one."""
    model, optimizer = started(weight)
    with folder() as runs:
        impl.save_checkpoint(runs / "last.pt", model, optimizer, step)
        with unpickling() as looked_up:
            found = impl.load_checkpoint(runs / "last.pt", model, optimizer)
        content = share if kind == "cut off" else Charge("was here")
        (runs / "bad.pt").write_bytes(FORGERIES[kind]((runs / "last.pt").read_bytes(), content))
        push(model, optimizer)
        before = states()
        failed = fails(impl.load_checkpoint, runs / "bad.pt", model, optimizer)
        ran = Path("was here").exists()
    return {
        "step of the good file": found,
        "pickle may look up anything": bool(looked_up),
        "code from the file was run": ran,
        "an error is raised": failed,
        "model and optimizer after it": look_at(model, optimizer),
        "random states are as before": before == states(),
    }


def load_what_is_missing(impl, weight, path):
    model, optimizer = started(weight)
    with folder() as runs:
        return impl.load_checkpoint(runs / path, model, optimizer)


D, N, ROWS, COLUMNS = between(2, 4), between(3, 5), between(2, 4), between(2, 4)
STATE = weights(lambda impl, D, N: layers(D, N), D, N).map(with_variances)
EIGHT = weights(lambda impl: layers(8, 7)).map(with_variances)
STEPS = {"lr": between(0.01, 0.1), "decay": between(0.1, 0.3), "steps": 2 * between(1, 2), "more": between(2, 3)}
SMALL = {"weight": normal(ROWS, COLUMNS), "step": between(3, 99_999)}
LR = between(0.1, 0.9)
PATHS = choice("last.pt", "latest", "step-7.ckpt")
# What a file is named, and whether it is refused, is the same in all dtypes; what one call leaves to the next is asked of
# the resumed run, and of the numbers that are carried over.
ONCE = {**SMALL, "dtypes": ["float32"], "alone": True}

RESUMED = [
    Case(
        "a run with noise, dropout and batch normalization",
        run={"states": [STATE, STATE], "x": normal(6, D), **STEPS},
    ),
    Case("eight numbers a row", run={"states": [EIGHT, EIGHT], "x": normal(9, 8), **STEPS}, recall=True),
]
NAMED = [
    Case("folders that are not there yet", lr=LR, path="runs/a/b/last.pt", **ONCE),
    Case("a text", lr=LR, path="runs/last.pt", as_text=True, **ONCE),
    Case("a name alone, without an ending", lr=LR, path="latest", **ONCE),
]
SHARES = [0.0, between(0.01, 0.8)]
BAD = [
    Case("a pickle", kind="a pickle", **ONCE),
    Case("as torch saves it", kind="as torch saves it", **ONCE),
    Case("in their own file", kind="in their own file", **ONCE),
    Case("cut off somewhere", kind="cut off", share=between(0.0, 0.95), **ONCE),
    Case("the last bytes are missing", kind="cut off", share=0.999, **ONCE),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", RESUMED, ids=str)
def test_the_resumed_run_is_the_unbroken_one(check, case):
    check.values(resume, case)


@pytest.mark.points(1)
def test_model_optimizer_and_step(check):
    # In float64 a weight may lose digits on the way; bfloat16 is what NumPy has no name for.
    dtypes = ["float64", "bfloat16"]
    check.values(carry_over, Case("momentum and learning rate", lr=LR, edges=[{"step": 0}], dtypes=dtypes, **SMALL))


@pytest.mark.points(1)
def test_random_states(check):
    check.values(draw_again, Case("after an odd count of numbers", before=2 * between(1, 3) + 1, **ONCE))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", NAMED, ids=str)
def test_names(check, case):
    check.values(carry_over, case)


@pytest.mark.points(1)
def test_one_checkpoint_takes_the_place_of_another(check):
    check.values(replace, Case("a second save", path=PATHS, **ONCE))
    # Who gives the new file this ending, in place of the old one, writes into the old file.
    check.values(replace, Case("a name that ends in .tmp", path="last.tmp", **ONCE))


@pytest.mark.points(1)
def test_a_save_that_fails_costs_nothing(check):
    check.values(run_out_of_room, Case("a full disk", shares=SHARES, path=PATHS, **ONCE))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_bad_file_is_refused_and_runs_no_code(check, case):
    check.values(load_a_bad_one, case)


@pytest.mark.points(1)
def test_a_missing_file(check):
    case = Case("no file", weight=SMALL["weight"], path=PATHS)
    check.raises(FileNotFoundError, load_what_is_missing, case)
