"""GPT-2: logits and gradients, the tied head, the first weights, and weights from a state dict of transformers."""

import math
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from kata.grading import (
    Case,
    between,
    checkpoint,
    choice,
    in_float64,
    integers,
    load,
    parameters,
    weights,
)

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that. What
# half precision would show, it shows of a block.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention", "norms"], dtypes=["float32"])

LAYERS = ("qkv_proj", "out_proj", "up", "down")


def make(impl, config):
    return impl.GPT2(SimpleNamespace(**config))


def read(impl, config, state, input_ids):
    return load(make(impl, config), state)(input_ids)


def too_many(impl, config, input_ids):
    make(impl, config).to(input_ids.device)(input_ids)


def take_over(impl, config, state):
    """A model of the dtype and device of a checkpoint, with its weights."""
    model = make(impl, config).to(state["transformer.ln_f.bias"])
    model.load_hf(state)
    return model


def read_with_theirs(impl, config, state, input_ids):
    return take_over(impl, config, state)(input_ids)


def read_with_theirs_in_half_precision(impl, config, state, input_ids):
    """The model keeps its dtype."""
    model = make(impl, config).to(state["transformer.ln_f.bias"])
    model.load_hf({name: weight.bfloat16() for name, weight in state.items()})
    return model(input_ids)


def read_after_a_step(impl, config, state, input_ids, factor):
    """Weights that change after they were taken over: the head changes with its table, the checkpoint does not."""
    model = take_over(impl, config, state)
    with torch.no_grad():
        for parameter in parameters(model, ["wte.weight", "h.0.qkv_proj.weight", "h.0.down.bias"]):
            parameter.mul_(factor)
    return model(input_ids)


def refuse(impl, config, state):
    make(impl, config).load_hf(state)


def first_weights(impl, config, names):
    model = make(impl, config)
    return torch.cat([parameter.flatten() for parameter in parameters(model, in_each_block(names, config))])


def spread(_, config, names):
    """Mean and standard deviation that are expected of these weights."""
    residual = names[0].endswith(("out_proj.weight", "down.weight"))
    return (0.0, 0.02 / math.sqrt(2 * config["n_layer"]) if residual else 0.02)


def first_loss(impl, config, input_ids, target):
    logits = make(impl, config).to(input_ids.device)(input_ids)
    return F.cross_entropy(logits.flatten(0, 1), target.flatten()).item()


def in_each_block(names, config):
    """The names, with each of the blocks for a star."""
    return [name.replace("*", str(i)) for name in names for i in range(config["n_layer"] if "*" in name else 1)]


def shapes(V, P, D, L):
    """What transformers' GPT2LMHeadModel has in its state dict: a Conv1D's weight is (in, out)."""
    found = {"wte.weight": (V, D), "wpe.weight": (P, D), "ln_f.weight": (D,), "ln_f.bias": (D,)}
    for i in range(L):
        for name, wide in (("attn.c_attn", 3 * D), ("attn.c_proj", D), ("mlp.c_fc", 4 * D)):
            found |= {f"h.{i}.{name}.weight": (D, wide), f"h.{i}.{name}.bias": (wide,)}
        found |= {f"h.{i}.mlp.c_proj.weight": (4 * D, D), f"h.{i}.mlp.c_proj.bias": (D,)}
        found |= {f"h.{i}.{norm}.{kind}": (D,) for norm in ("ln_1", "ln_2") for kind in ("weight", "bias")}
    return {"lm_head.weight": (V, D)} | {f"transformer.{name}": shape for name, shape in found.items()}


def tied(state):
    return {**state, "lm_head.weight": state["transformer.wte.weight"]}


def of_an_older_version(state):
    """A mask and a number beside the weights of each block, something that nobody knows, and no head."""
    masks = {}
    for name in state:
        if name.endswith("ln_1.bias"):
            block, size = name.removesuffix("ln_1.bias"), len(state["transformer.wpe.weight"])
            masks[f"{block}attn.bias"] = torch.ones(1, 1, size, size, dtype=torch.bool).tril()
            masks[f"{block}attn.masked_bias"] = torch.tensor(-1e4)
    more = {"transformer.score.scale": torch.ones(3)}
    return {name: weight for name, weight in (state | masks | more).items() if name != "lm_head.weight"}


def without(state, name):
    return {key: weight for key, weight in state.items() if key != name}


def sizes(V, P, D, H, L):
    return {"config": {"vocab_size": V, "n_positions": P, "n_embd": D, "n_head": H, "n_layer": L}}


def ours(V, P, D, H, L):
    """The weights under the statement's own names."""
    built = weights(lambda impl, *drawn: make(impl, dict(zip(NAMES, drawn, strict=True))), V, P, D, H, L)
    return {**sizes(V, P, D, H, L), "state": built}


def theirs(V, P, D, H, L):
    return {**sizes(V, P, D, H, L), "state": checkpoint(shapes, V, P, D, L).map(tied)}


NAMES = ("vocab_size", "n_positions", "n_embd", "n_head", "n_layer")
B, T, H, L, V = between(2, 3), between(3, 5), between(2, 3), between(2, 3), between(7, 12)
P, D = T + between(1, 3), H * between(2, 4)
IDS = integers(B, T, high=V)
SIZES = (V, P, D, H, L)
LARGER = (between(90, 110), between(90, 110), 2 * between(28, 32), 2, L)  # so that a few models are draws enough

CASES = [
    Case("a batch", read, **ours(*SIZES), input_ids=IDS, edges=[{T: 1}, {B: 1}, {L: 1}]),
    Case("heads of odd width", read, **ours(V, P, 3 * H, H, L), input_ids=IDS),
    Case("as many tokens as positions", read, **ours(V, T, D, H, 1), input_ids=IDS),
    Case("five heads, four blocks", read, **ours(20, 9, 15, 5, 4), input_ids=integers(1, 8, high=20), recall=True),
]

OLDER = {**sizes(*SIZES), "state": checkpoint(shapes, V, P, D, L).map(of_an_older_version)}
THEIRS = [
    Case("a checkpoint", read_with_theirs, **theirs(*SIZES), input_ids=IDS, edges=[{L: 1}]),
    Case("a checkpoint, heads of odd width", read_with_theirs, **theirs(V, P, 3 * H, H, L), input_ids=IDS),
    Case("a checkpoint of an older version", read_with_theirs, **OLDER, input_ids=IDS),
    Case("a checkpoint in half precision", read_with_theirs_in_half_precision, **theirs(*SIZES), input_ids=IDS),
    Case("changed afterwards", read_after_a_step, **theirs(*SIZES), input_ids=IDS, factor=between(2.0, 3.0)),
    Case(
        "a checkpoint, five heads",
        read_with_theirs,
        **theirs(20, 9, 15, 5, 4),
        input_ids=integers(1, 8, high=20),
        recall=True,
    ),
]

SPREADS = [
    Case("ids", **sizes(*LARGER), names=["wte.weight"]),
    Case("positions", **sizes(*LARGER), names=["wpe.weight"]),
    Case("linear layers", **sizes(*LARGER), names=["h.*.qkv_proj.weight", "h.*.up.weight"]),
    Case("out_proj, on the residual stream", **sizes(*LARGER), names=["h.*.out_proj.weight"]),
    Case("down, on the residual stream", **sizes(*LARGER), names=["h.*.down.weight"]),
]

FIXED = ["ln_f.weight", "ln_f.bias", *(f"h.*.{layer}.bias" for layer in LAYERS)]
FIXED += [f"h.*.{norm}.{kind}" for norm in ("ln_1", "ln_2") for kind in ("weight", "bias")]


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
def test_float64(check):
    for case in in_float64(CASES[:1]):
        check.values(case.scenario, case)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(read, Case("gradients", **ours(*SIZES), input_ids=IDS))


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", SPREADS, ids=str)
def test_first_weights(check, case):
    check.moments(first_weights, case, expected=spread)


@pytest.mark.points(0.5)
def test_first_biases_and_norms(check, run):
    check.values(first_weights, Case("biases and norms", **sizes(*SIZES), names=FIXED))
    # The logits spread by a tenth at most, so that chance moves the mean of so many by far less than that.
    words, ids = between(50, 70), integers(4, 20, high=50)
    loss = run(first_loss, **sizes(words, 24, 16, 2, 2), input_ids=ids, target=ids)
    assert 3.7 < loss < 4.5, f"the first loss is {loss:.3g}, expected about ln V, from 3.9 to 4.3"


@pytest.mark.points(3)
@pytest.mark.parametrize("case", THEIRS, ids=str)
def test_their_weights(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
def test_a_missing_weight_is_refused(check):
    state = checkpoint(shapes, V, P, D, L).map(tied)
    weight = choice("transformer.wpe.weight", "transformer.h.0.mlp.c_fc.weight", "transformer.ln_f.weight")
    bias = choice("transformer.h.0.attn.c_attn.bias", "transformer.h.1.mlp.c_fc.bias", "transformer.h.0.ln_1.bias")
    check.raises(KeyError, refuse, Case("a weight is missing", **sizes(*SIZES), state=state.map(without, weight)))
    check.raises(KeyError, refuse, Case("a bias is missing", **sizes(*SIZES), state=state.map(without, bias)))


@pytest.mark.points(0.5)
def test_too_many_tokens_are_refused(check):
    case = Case("more tokens than positions", **sizes(V, P, D, H, L), input_ids=integers(B, P + between(1, 2), high=V))
    check.raises(ValueError, too_many, case)
