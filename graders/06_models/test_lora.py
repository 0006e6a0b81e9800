"""LoRA: how it begins, what is frozen, the sum of both ways, what a call costs, and the merged layer."""

import pytest
import torch
from torch import nn

from kata.grading import Case, between, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def wrap(impl, state, sizes, rank, alpha):
    inputs, outputs, bias = sizes
    return load(impl.LoRALinear(nn.Linear(inputs, outputs, bias=bias), rank, alpha), state)


def adapt(impl, x, **layer):
    return wrap(impl, **layer)(x)


def begin(impl, base, x, rank, alpha):
    """What is true of a new module."""
    outputs, inputs = base["weight"].shape
    linear = load(nn.Linear(inputs, outputs, bias="bias" in base), base)
    module = impl.LoRALinear(linear, rank, alpha)
    own = dict(module.named_parameters())
    asked = {"lora_A": (rank, inputs), "lora_B": (outputs, rank)}
    asked |= {f"base.{name}": tuple(tensor.shape) for name, tensor in base.items()}
    with torch.no_grad():
        near = torch.allclose(
            module(x), nn.functional.linear(x, base["weight"], base.get("bias")), rtol=0.05, atol=0.05
        )
    return {
        "parameters": {name: tuple(p.shape) for name, p in own.items()} == asked and not list(module.buffers()),
        "learns": {name for name, p in own.items() if p.requires_grad} == {"lora_A", "lora_B"},
        "dtypes": all(p.dtype == x.dtype for p in own.values()),
        "zero": "lora_B" in own and not own["lora_B"].any(),
        "a change": "lora_A" in own and bool(own["lora_A"].any()),
        "near": near,
        "kept": getattr(module, "base", None) is linear,
    }


def first_a(impl, x, rank):
    return dict(impl.LoRALinear(nn.Linear(x.shape[-1], 3), rank, 1.0).named_parameters())["lora_A"].detach()


def is_positive(numbers):
    return numbers > 0


def how_a_is_drawn(impl, x, rank):
    one, other = first_a(impl, x, rank), first_a(impl, x, rank)
    return {
        "zero": not one.any(),
        "spread": one.unique().numel() > one.numel() // 2,
        "anew": not torch.equal(one, other),
    }


def merged(impl, x, **layer):
    """The merged layer; and what is left after numbers of it are changed, merged once more."""
    state = {name: tensor.clone() for name, tensor in layer.pop("state").items()}
    module = wrap(impl, state, **layer)
    found = module.merge()
    result = {"is an nn.Linear": isinstance(found, nn.Linear), "weight": None, "bias": None, "output": None}
    if isinstance(found, nn.Linear):
        result |= {"weight": found.weight.detach().clone(), "output": found(x).detach()}
        result["bias"] = None if found.bias is None else found.bias.detach().clone()
        with torch.no_grad():
            for parameter in found.parameters():
                parameter.fill_(7.0)
    result |= {"module afterwards": module(x).detach(), "merged again": module.merge()(x).detach()}
    return {**result, "in evaluation": module.eval()(x).detach(), "base": module.base.weight.detach().clone()}


def make(impl, rank, sizes):
    impl.LoRALinear(nn.Linear(*sizes), rank, 1.0)


def layer(inputs, outputs, bias, rank, alpha):
    """The weights of a layer, and what it is made with."""
    state = weights(
        lambda impl, i, o, bias, r: impl.LoRALinear(nn.Linear(i, o, bias=bias), r, 1.0), inputs, outputs, bias, rank
    )
    return {"state": state, "sizes": (inputs, outputs, bias), "rank": rank, "alpha": alpha}


def base(inputs, outputs, bias):
    return weights(lambda impl, i, o, bias: nn.Linear(i, o, bias=bias), inputs, outputs, bias)


I, O, R, N = between(6, 8), between(3, 5), between(2, 4), between(2, 3)
ALPHA = between(2.5, 9.5)
LAYER = layer(I, O, True, R, ALPHA)

SUMS = [
    Case("rows", **LAYER, x=normal(N, I), edges=[{N: 1}, {R: 1}, {I: 1}]),
    Case("no bias", **layer(I, O, False, R, ALPHA), x=normal(N, I)),
    Case("as many inputs as outputs, a whole α", **layer(I, I, True, R, between(5, 9)), x=normal(N, I)),
    Case("a batch of sequences", **LAYER, x=normal(N, R, I)),
    Case("a single vector, a rank above both widths", **layer(R, O, True, 2 * I, ALPHA), x=normal(R)),
    Case("not contiguous, an α of 0", **layer(I, O, True, R, 0.0), x=normal(I, N).transposed()),
    Case("four axes", **layer(9, 2, True, 5, 3.0), x=normal(2, 1, 3, 9), recall=True),
]

BASES = [base(I, O, True), base(I, O, False)]

MERGED = [
    Case("with a bias", **LAYER, x=normal(N, I)),
    Case("without a bias", **layer(I, O, False, R, ALPHA), x=normal(N, I)),
    Case("as many inputs as outputs", **layer(I, I, True, R, ALPHA), x=normal(N, I)),
    Case("a wide layer", **layer(3, 11, True, 4, 6.0), x=normal(2, 3), recall=True),
]


REFUSED = [
    Case("a rank of 0", rank=0, sizes=(I, O)),
    Case("a rank below 0", rank=between(-5, -1), sizes=(I, O)),
]


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", SUMS, ids=str)
def test_sum_of_both_ways(check, case):
    check.values(adapt, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("base", BASES, ids=["with a bias", "without a bias"])
def test_a_new_module(run, base):
    found = run(begin, base=base, x=normal(N, I), rank=R, alpha=ALPHA, dtype="bfloat16")
    assert found["parameters"], "the parameters are not `base`'s, `lora_A` (rank, in) and `lora_B` (out, rank)"
    assert found["kept"], "`base` is not the module that was handed in"
    assert found["dtypes"], "for a base in bfloat16, not all parameters are bfloat16"
    assert found["learns"], "other parameters require a gradient than `lora_A` and `lora_B`"
    assert found["a change"], "`lora_A` begins at zero"
    assert found["zero"], "`lora_B` does not begin at zero"
    assert found["near"], "a new module does not give what its base gives"


@pytest.mark.points(0.5)
def test_how_a_is_drawn(check, run):
    found = run(how_a_is_drawn, x=normal(12), rank=between(4, 7))
    assert not found["zero"], "`lora_A` begins at zero"
    assert found["spread"], "most numbers of `lora_A` are equal to others of it"
    assert found["anew"], "two modules begin with the same `lora_A`"
    check.share(first_a, Case("above 0", x=normal(40), rank=between(16, 20)), expected=0.5, of=is_positive)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(adapt, Case("gradients", **LAYER, x=normal(N, I)))


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", MERGED, ids=str)
def test_merged_layer(check, case):
    check.values(merged, case)


@pytest.mark.points(1)
def test_work_of_a_call(check):
    wide = layer(between(40, 50), between(40, 50), True, R, ALPHA)
    check.cost(adapt, Case("two rows in a wide layer", **wide, x=normal(2, wide["sizes"][0])), flops=1.3)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_rank_below_1_is_refused(check, case):
    check.raises(ValueError, make, case)
