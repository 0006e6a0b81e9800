"""A scenario run in this process: for trusted code, which may still change what others rely on."""

import sys

import pytest
import torch
from torch import nn

from kata.execution.scenario import MissingError, execute_here, load, parameters
from kata.judge.reference import load_module


def test_a_recursion_limit_that_was_raised_is_put_back():
    before = sys.getrecursionlimit()
    outcome = execute_here(sys, lambda impl: impl.setrecursionlimit(10**6) or torch.ones(1), {}, seed=0)
    assert outcome.raised is None and sys.getrecursionlimit() == before


def test_one_raised_at_the_top_of_a_module_is_put_back():
    before = sys.getrecursionlimit()
    load_module("import sys\nsys.setrecursionlimit(10**6)\nraised = sys.getrecursionlimit()\n", "answer.py")
    assert sys.getrecursionlimit() == before


class Tied(nn.Module):
    """A table, and a head that is the same."""

    def __init__(self, head_first):
        super().__init__()
        layers = {"table": nn.Embedding(3, 2), "head": nn.Linear(2, 3, bias=False)}
        for name in sorted(layers, reverse=not head_first):
            setattr(self, name, layers[name])
        self.head.weight = self.table.weight


@pytest.mark.parametrize("head_first", [True, False])
@pytest.mark.parametrize("kind", [nn.Parameter, torch.clone], ids=["with gradients", "without"])
def test_what_is_tied_stays_so_and_is_one_parameter(head_first, kind):
    module, state = Tied(head_first), {"table.weight": kind(torch.randn(3, 2))}
    for _ in range(2):  # a module may be loaded again
        load(module, state)
        assert module.head.weight is module.table.weight
        assert torch.equal(module.table.weight, state["table.weight"]) and list(state) == ["table.weight"]
    if kind is nn.Parameter:
        module.head(module.table(torch.tensor([1]))).sum().backward()
        assert state["table.weight"].grad.count_nonzero()


class Table(nn.Module):
    """A buffer that is in no state dict, beside a weight that needs no gradient."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2), requires_grad=False)
        self.register_buffer("positions", torch.arange(2.0), persistent=False)
        self.register_buffer("places", torch.arange(2), persistent=False)
        self.register_buffer("nothing", None, persistent=False)


class MovedItsOwnWay(Table):
    def __init__(self):
        super().__init__()
        self.plain = torch.ones(2)

    def _apply(self, fn, recurse=True):
        self.plain = fn(self.plain)
        return super()._apply(fn, recurse)


class Filled(Table):
    """Loaded as older files are: a buffer that they lack is made up for."""

    def _load_from_state_dict(self, state_dict, prefix, *rest):
        self.loaded = sorted(state_dict)
        super()._load_from_state_dict(state_dict, prefix, *rest)


@pytest.mark.parametrize("kind", [Table, MovedItsOwnWay, Filled])
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_module_takes_its_state_s_dtype_and_keeps_what_needs_no_gradient(kind, dtype):
    module, weight = nn.ModuleDict({"inner": kind()}), torch.tensor([3.0, 4.0], dtype=dtype)
    inner = load(module, {"inner.weight": weight}).inner
    assert inner.weight.dtype == inner.positions.dtype == getattr(inner, "plain", inner.weight).dtype == dtype
    assert inner.places.dtype == torch.int64 and inner.positions.tolist() == [0, 1] and inner.nothing is None
    assert torch.equal(inner.weight, weight) and not inner.weight.requires_grad
    assert getattr(inner, "loaded", ["inner.weight"]) == ["inner.weight"]
    assert list(module.state_dict()) == ["inner.weight"]


def test_what_is_tied_by_mistake_is_given_under_both_names():
    twice = nn.ModuleList([nn.Linear(1, 1, bias=False)] * 2)
    load(twice, {"0.weight": torch.ones(1, 1), "1.weight": torch.ones(1, 1)})
    with pytest.raises(MissingError, match=r"`0\.bias`"):
        load(twice, {"0.bias": torch.ones(1), "1.weight": torch.ones(1, 1)})


def test_parameters_are_found_by_name():
    module = Tied(head_first=False)
    found = parameters(module, ["head.weight", "table.weight"])
    assert all(parameter is module.table.weight for parameter in found)
    with pytest.raises(MissingError, match=r"`Tied` has no parameter `wte\.weight`; it has table"):
        parameters(module, ["wte.weight"])
