"""A block of Llama: its parts and how they are joined, and weights from a layer's state dict of transformers."""

from types import SimpleNamespace

import pytest
import torch

from kata.grading import Case, between, checkpoint, choice, load, normal, parameters, weights

# No float64: angles in float32 are allowed, and would be all that it shows.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention", "norms"], dtypes=["float32", "float16", "bfloat16"]
)


def make(impl, config):
    return impl.LlamaBlock(SimpleNamespace(**config))


def work(impl, config, state, x):
    """What the block makes of a text, once it has seen the first token alone."""
    block = load(make(impl, config), state)
    block(x[:, :1])
    return block(x)


def take_over(impl, config, state, x):
    """A block of the dtype and device of a checkpoint, with its weights."""
    block = make(impl, config).to(x)
    block.load_hf(state)
    return block


def work_with_theirs(impl, config, state, x):
    return take_over(impl, config, state, x)(x)


def work_with_theirs_in_half_precision(impl, config, state, x):
    """The block keeps its dtype."""
    return take_over(impl, config, {name: weight.bfloat16() for name, weight in state.items()}, x)(x)


def work_after_a_step(impl, config, state, x, factor):
    """Weights that change after they were taken over, and leave the checkpoint as it is."""
    block = take_over(impl, config, state, x)
    with torch.no_grad():
        for parameter in parameters(block, ["attn_norm.weight", "v_proj.weight", "down.weight"]):
            parameter.mul_(factor)
    return block(x)


def refuse(impl, config, state):
    make(impl, config).load_hf(state)


def refuse_heads(impl, config):
    make(impl, config)


def shapes(D, F, H, G, d):
    """What transformers' LlamaDecoderLayer has in its state dict."""
    return {
        "self_attn.q_proj.weight": (H * d, D),
        "self_attn.k_proj.weight": (G * d, D),
        "self_attn.v_proj.weight": (G * d, D),
        "self_attn.o_proj.weight": (D, H * d),
        "mlp.gate_proj.weight": (F, D),
        "mlp.up_proj.weight": (F, D),
        "mlp.down_proj.weight": (D, F),
        "input_layernorm.weight": (D,),
        "post_attention_layernorm.weight": (D,),
    }


def of_an_older_version(state):
    return {"self_attn.rotary_emb.inv_freq": torch.ones(2), **state}


def without(state, name):
    return {key: weight for key, weight in state.items() if key != name}


NAMES = ("hidden_size", "intermediate_size", "num_attention_heads", "num_key_value_heads", "head_dim")


def sizes(*numbers, eps=1e-5, base=10000.0):
    named = dict(zip(NAMES, numbers, strict=True))
    return {"config": {**named, "rms_norm_eps": eps, "rope_parameters": {"rope_theta": base}}}


def ours(*numbers, **more):
    """The weights under the statement's own names."""

    def build(impl, *drawn):
        return make(impl, sizes(*drawn)["config"])

    return {**sizes(*numbers, **more), "state": weights(build, *numbers)}


def sharpen(state, factor):
    return {
        name: weight * factor if name in ("q_proj.weight", "k_proj.weight") else weight
        for name, weight in state.items()
    }


def sharp(factor, *numbers, **more):
    """Weights with which each token looks at few others."""
    found = ours(*numbers, **more)
    return {**found, "state": found["state"].map(sharpen, factor)}


def theirs(*numbers, **more):
    return {**sizes(*numbers, **more), "state": checkpoint(shapes, *numbers)}


B, T, G, R, W = between(2, 3), between(4, 6), between(2, 3), between(2, 3), between(2, 3)
H, D, F = G * R, G * R * between(2, 3), between(5, 9)
SIZES = (D, F, H, G, 2 * W)
X = normal(B, T, D)
BASE, EPS = between(20.0, 200.0), between(0.01, 0.03)

CASES = [
    Case("a batch", **ours(*SIZES), x=X, edges=[{T: 1}, {B: 1}]),
    Case("angles of another base", **ours(*SIZES, base=BASE), x=X),
    Case("another number under the root", **ours(*SIZES, eps=EPS), x=normal(B, T, D, std=0.3)),
    Case("a head of keys for each query head", **ours(D, F, H, H, 4), x=X),
    Case("one head of keys for all", **ours(D, F, H, 1, 4), x=X),
    Case("six heads of width 8, twelve tokens", **ours(10, 7, 6, 3, 8, base=50.0), x=normal(1, 12, 10), recall=True),
    # From 256 on bfloat16 has no odd numbers, and before long its angles come in steps of 1 or 2.
    Case("a long text", **sharp(4.0, 8, F, 2, 1, 8, base=2.0), x=normal(2, between(380, 400), 8), dtypes=["bfloat16"]),
]

# In one dtype: what the others would show, they show above.
ONE = {"dtypes": ["float32"]}
OLDER = {**sizes(*SIZES), "state": checkpoint(shapes, *SIZES).map(of_an_older_version)}
THEIRS = [
    Case("a checkpoint", work_with_theirs, **theirs(*SIZES, base=BASE), x=X, **ONE),
    # Here all matrices are square, so that no shape tells one from another, or from its transpose.
    Case("a checkpoint of squares", work_with_theirs, **theirs(4 * G, 4 * G, G, G, 4), x=normal(B, T, 4 * G), **ONE),
    Case("a checkpoint of an older version", work_with_theirs, **OLDER, x=X, **ONE),
    Case("a checkpoint in half precision", work_with_theirs_in_half_precision, **theirs(*SIZES), x=X, **ONE),
    Case("changed afterwards", work_after_a_step, **theirs(*SIZES), x=X, factor=between(2.0, 3.0), **ONE),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(work, case)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(work, Case("gradients", **ours(*SIZES), x=X))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", THEIRS, ids=str)
def test_their_weights(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
def test_a_missing_weight_is_refused(check):
    lost = choice("self_attn.v_proj.weight", "mlp.up_proj.weight", "post_attention_layernorm.weight")
    state = checkpoint(shapes, *SIZES).map(without, lost)
    check.raises(KeyError, refuse, Case("a weight is missing", **sizes(*SIZES), state=state))


@pytest.mark.points(0.5)
def test_uneven_heads_are_refused(check):
    check.raises(ValueError, refuse_heads, Case("heads that cannot be shared", **sizes(D, F, H + 1, G, 4)))
