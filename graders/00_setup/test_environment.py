"""The environment: which device is chosen on which machine, what a seed fixes, and what is told of versions."""

import importlib
import platform
import random
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from kata.grading import Case, between, choice, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])

# What torch was built for, and what of it there is.
CARD = {"built": ["cuda"], "there": ["cuda"]}
NO_CARD = {"built": ["cuda"], "there": []}
MAC = {"built": ["mps"], "there": ["mps"]}
OLD_MAC = {"built": ["mps"], "there": []}
# No machine has both. `torch.accelerator` knows one only, so MPS beside CUDA is asked for nowhere.
BOTH = {"built": ["cuda", "mps"], "there": ["cuda", "mps"]}
NEITHER = {"built": [], "there": []}


@contextmanager
def pretending(machine, cards=1, cuda="12.8"):
    """Have torch say that it is on this machine, whichever of its functions is asked, and however it was imported."""
    built, there = machine["built"], machine["there"]
    cards = cards if "cuda" in there else 0
    answers = [
        (torch.version, "cuda", cuda if "cuda" in built else None),
        (torch.cuda, "_is_compiled", lambda: "cuda" in built),
        (torch.cuda, "_cached_device_count", cards),
        (torch._C, "_cuda_getDeviceCount", lambda: cards),
        (torch._C, "_has_cuda", "cuda" in built),
        (torch._C, "_has_mps", "mps" in built),
        (torch._C, "_mps_is_available", lambda: "mps" in there),
        (torch._C, "_accelerator_getAccelerator", lambda: torch.device(built[0]) if built else None),
    ]
    mps = importlib.import_module(
        "torch.backends.mps"
    )  # no module as others are: a scenario that names it does not travel
    truth = [(owner, name, vars(owner).get(name, vars)) for owner, name, _ in answers]
    for owner, name, answer in answers:
        setattr(owner, name, answer)
    mps.is_available.cache_clear()
    try:
        yield
    finally:
        for owner, name, was in truth:
            delattr(owner, name) if was is vars else setattr(owner, name, was)
        mps.is_available.cache_clear()


def choose(impl, machine, cards, prefer=None):
    """The device that is chosen, by its type; what is none is told by its own."""
    with pretending(machine, cards):
        device = impl.best_device() if prefer is None else impl.best_device(prefer)
    return device.type if isinstance(device, torch.device) else f"no device, but {device!r}"


def draw_after_seeding(impl, seed, x):
    """What all generators give after a seed. The one that is returned may be torch's own: so it has a seed to itself."""
    n = len(x)
    returned = type(impl.seed_everything(seed)).__name__
    numbers = {
        "returned": returned,
        "random": [random.random() for _ in range(n)],  # noqa: S311 - the very numbers that are asked for
        "numpy": np.random.rand(n).tolist(),
        "torch": torch.rand(n),
    }
    generator = impl.seed_everything(seed)
    fresh = torch.Generator(x.device).manual_seed(seed)
    on_the_device = torch.equal(torch.rand(n, device=x.device), torch.rand(n, device=x.device, generator=fresh))
    generator = impl.seed_everything(seed)
    return numbers | {"torch on the device": on_the_device, "generator": torch.rand(n, generator=generator)}


def entry(told, key):
    """What is told under a key, as a text; what is none says so."""
    if not isinstance(told, dict) or key not in told:
        return "not told"
    return str(told[key]) if isinstance(told[key], str) else f"no text, but {told[key]!r}"


def tell(impl, machine, cards, cuda):
    with pretending(machine, cards, cuda):
        told = impl.describe()
    return {"keys": sorted(told), "cuda": entry(told, "cuda"), "device": entry(told, "device")}


def tell_versions(impl):
    """Which versions are told rightly: a version itself would be another one where a verdict was recorded."""
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    told = impl.describe()
    return {
        key: "right" if entry(told, key) == version else f"{entry(told, key)} (it is {version})"
        for key, version in versions.items()
    }


CARDS = between(1, 8)
# Before each of these the same was asked on another machine.
CHOICES = [
    Case("a card of NVIDIA's", machine=CARD, cards=CARDS, after={"machine": NEITHER}),
    Case("a Mac", machine=MAC, cards=CARDS, after={"machine": OLD_MAC}),
    Case("CUDA and MPS", machine=BOTH, cards=CARDS, after={"machine": MAC}),
    Case("torch for CUDA, and no card", machine=NO_CARD, cards=CARDS, after={"machine": CARD}),
    Case("torch for MPS, which is not available", machine=OLD_MAC, cards=CARDS, after={"machine": MAC}),
    Case("neither CUDA nor MPS", machine=NEITHER, cards=CARDS, after={"machine": CARD}),
    Case("16 cards", machine=CARD, cards=16, recall=True),
]
PREFERENCES = [
    Case("the CPU beside a card", machine=CARD, cards=CARDS, prefer="cpu"),
    Case("the CPU of a Mac", machine=MAC, cards=CARDS, prefer="cpu"),
    Case("the CPU alone", machine=NEITHER, cards=CARDS, prefer="cpu"),
    Case("CUDA beside MPS", machine=BOTH, cards=CARDS, prefer="cuda"),
    Case("MPS", machine=MAC, cards=CARDS, prefer="mps", after={"machine": OLD_MAC}),
    Case("one of 16 cards", machine=BOTH, cards=16, prefer="cuda", recall=True),
]
REFUSED = [
    Case("CUDA without a card", machine=choice(NEITHER, NO_CARD), cards=CARDS, prefer="cuda"),
    Case("CUDA on a Mac", machine=MAC, cards=CARDS, prefer="cuda"),
    Case("MPS beside a card", machine=CARD, cards=CARDS, prefer="mps"),
    Case("MPS which is not available", machine=OLD_MAC, cards=CARDS, prefer="mps"),
    Case("no device", machine=BOTH, cards=CARDS, prefer=choice("gpu", "nvidia", "tpu", "processor")),
    Case("a device that torch knows", machine=BOTH, cards=CARDS, prefer=choice("meta", "xla", "vulkan", "hpu")),
    Case("the empty text", machine=BOTH, cards=CARDS, prefer=""),
]
SEEDS = [
    Case("a small seed", seed=between(1, 99), x=normal(between(2, 4))),
    Case("a large seed", seed=2**32 - between(1, 2**31), x=normal(between(2, 4))),
    Case("seed 0", seed=0, x=normal(between(2, 4))),
    Case("six numbers", seed=between(100, 999), x=normal(6), recall=True),
]
CUDA = choice("11.8", "12.1", "12.4", "12.6", "12.8", "13.0")
DESCRIBED = [
    Case("a card of NVIDIA's", machine=CARD, cards=CARDS, cuda=CUDA),
    Case("a Mac", machine=MAC, cards=CARDS, cuda=CUDA),
    Case("torch for CUDA, and no card", machine=NO_CARD, cards=CARDS, cuda=CUDA),
]


@pytest.mark.points(2)
@pytest.mark.parametrize("case", CHOICES, ids=str)
def test_the_best_device(check, case):
    check.values(choose, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", PREFERENCES, ids=str)
def test_a_preference_wins(check, case):
    check.values(choose, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_not_there_is_refused(check, case):
    check.raises(ValueError, choose, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", SEEDS, ids=str)
def test_a_seed_fixes_everything(check, case):
    check.values(draw_after_seeding, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", DESCRIBED, ids=str)
def test_what_it_runs_on_is_described(check, case):
    check.values(tell, case)


@pytest.mark.points(1)
def test_versions_are_described(check):
    check.values(tell_versions, Case("versions", fixed="a machine has the versions that it has"))
