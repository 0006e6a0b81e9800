"""What grading on CUDA needs, as far as a machine without a card can tell. With one, the laws run on it too."""

import _thread
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
import torch

from kata.course.answers import Variant
from kata.errors import JudgeError
from kata.execution.scenario import Outcome, Raised, on_the_cpu_first
from kata.execution.torch_calls import TorchCalls, _Dispatched
from kata.judge.diagnosis import mistake_is_right, same_error
from kata.judge.submission import wait_until_ready
from kata.judge.texts import grade_sources
from kata.judge.trial import Expected, Trial
from kata.sandbox.host import Limits, Sandbox
from tests.conftest import ROOT

OUT_OF_RANGE = "CUDA error: device-side assert triggered\nCompile with `TORCH_USE_CUDA_DSA`"


def test_cuda_has_a_sandbox_beside_the_other_that_ends_with_it():
    with Sandbox([ROOT]) as sandbox:
        assert sandbox.on("cpu") is sandbox
        beside = sandbox.on("cuda")
        assert sandbox.on("cuda") is beside and beside.on("cuda") is beside and beside.on("cpu") is beside
        beside.spawn(Limits()).close()
        assert beside.folder.exists()
    assert not beside.folder.exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_a_card_that_does_not_open_is_no_fault_of_the_submission():
    with Sandbox([ROOT], cuda=True) as sandbox, pytest.raises(JudgeError, match="CUDA does not open in the sandbox"):
        wait_until_ready(sandbox.spawn(Limits()))


def test_a_zygote_never_asks_how_many_cards_there_are():
    """Or none of its children could open one."""
    program = """
import torch
def count():
    raise SystemExit("the cards were counted")
torch.cuda._is_compiled, torch._C._cuda_getCurrentRawStream = lambda: True, None  # as in a build for cards
torch._C._cuda_getDeviceCount = torch.cuda.is_available = torch.cuda.device_count = count
from kata.sandbox.preparation import prepare, warm_up
warm_up(cuda=True)
prepare(cuda=True)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_backward_pass_of_a_card_runs_in_a_thread_that_no_frame_of_pythons_began():
    calls, done = TorchCalls("submission.py", costs=False), threading.Event()

    class Watch(_Dispatched):
        def __del__(self):  # when the thread below has come to its end
            done.set()

    _thread.start_new_thread(Watch(calls).__torch_dispatch__, (torch.ops.aten.exp.default, (), (torch.ones(2),)))
    assert done.wait(10)
    assert [note.name for note in calls.notes] == ["exp"]


def test_a_lost_card_is_told_and_the_next_test_has_a_fresh_one(judge, course):
    source = f"""
import torch
calls = 0
def softmax(x, dim=-1):
    global calls
    calls += 1
    if calls > 1:
        return torch.zeros(7)
    raise RuntimeError({OUT_OF_RANGE!r})
"""
    (verdict,) = grade_sources(judge, course.select(["softmax"])[0], [source])
    said = {test.message.partition("\n")[0] for test in verdict.tests if "refused" not in test.name}
    assert len(said) == 1 and "an index is out of range; `--device cpu` says which one (line 9" in said.pop()


class Elsewhere(torch.Tensor):
    """A tensor that is not on the CPU, and can be brought there."""

    @staticmethod
    def __new__(cls):
        return torch.Tensor._make_wrapper_subclass(cls, (1,), device="meta")

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.ones(1) if func is torch.Tensor.cpu else super().__torch_function__(func, types, args, kwargs)

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        raise NotImplementedError


@pytest.mark.parametrize("error", [None, Raised("IndexError", ["IndexError"], "out of range", [1], entered=True)])
def test_on_a_card_runs_only_what_came_through_on_the_cpu(error):
    ran = []

    def run(inputs, earlier):
        ran.append(inputs["x"].device.type)
        return Outcome(raised=error)

    assert on_the_cpu_first(run, {"x": Elsewhere()}).raised is error
    assert ran == (["cpu"] if error else ["cpu", "meta"])


@pytest.mark.parametrize("gave, harmless", [([1.0, 0.0, 1.0], True), ([1.0, 1.0, 1.0], False)])
def test_what_is_drawn_at_random_is_held_against_what_the_same_device_drew(gave, harmless):
    expected = Expected(Outcome(torch.tensor([0.0, 1.0, 1.0]).double()), Outcome(torch.tensor([1.0, 0.0, 1.0])), None)
    reference = SimpleNamespace(
        harmless={}, expected=lambda trial: expected, mistaken=lambda mistake, trial: Outcome(torch.tensor(gave))
    )
    trial = Trial(("drop",), None, {"x": Elsewhere()}, 0, torch.float32, digest=1)
    assert mistake_is_right(reference, Variant("none is dropped", was="a", becomes="b"), trial) is harmless


def test_an_index_out_of_range_is_one_mistake_on_both_devices():
    cpu = Raised("IndexError", ["IndexError"], "index 9 is out of bounds", [1], entered=True)
    card = Raised("AcceleratorError", ["AcceleratorError", "RuntimeError"], OUT_OF_RANGE, [1], entered=True)
    other = Raised("ValueError", ["ValueError"], "no", [1], entered=True)
    assert same_error(cpu, card) and same_error(cpu, cpu) and not same_error(other, card)
