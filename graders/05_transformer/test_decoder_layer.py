"""The decoder layer: the order of its parts, what comes from the memory, two masks, dropout, and the weights of torch's."""

import pytest
import torch
from torch import nn

from kata.grading import Case, between, coin, in_float64, load, lower_triangle, normal, nothing_for_the_second, weights

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that. Half
# precision has none: how far a layer norm strays there is what its own exercise is about.
pytestmark = pytest.mark.exercise(points=10, seconds=3, forbids=["attention", "norms"], dtypes=["float32"])


def decode(impl, state, sizes, norm_first, **inputs):
    return load(impl.DecoderLayer(*sizes, norm_first=norm_first), state)(**inputs)


def decode_as_made(impl, state, sizes, **inputs):
    return load(impl.DecoderLayer(*sizes), state)(**inputs)


def decode_with_fixed_key_biases(impl, state, **inputs):
    # The softmax cancels the bias of `k_proj`: its gradient is 0 but for rounding, which differs from answer to answer.
    fixed = {name: tensor.detach() for name, tensor in state.items() if name.endswith("k_proj.bias")}
    return decode(impl, {**state, **fixed}, **inputs)


def handed_over(impl, theirs, sizes, norm_first, x, memory):
    """The output with torch's weights, after torch's layer has lost them."""
    layer = load(nn.TransformerDecoderLayer(*sizes, batch_first=True, norm_first=norm_first), theirs)
    module = impl.DecoderLayer(*sizes, norm_first=norm_first).to(x)
    module.load_torch(layer)
    kept = all(torch.equal(tensor, theirs[name]) for name, tensor in layer.state_dict().items())
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
    trained = [name for name, parameter in module.named_parameters() if parameter.requires_grad]
    return {"out": module(x, memory), "parameters to train": sorted(trained), "torch's layer is as it was": kept}


def decode_before_and_after_training(impl, state, trained, sizes, norm_first, x, memory):
    module = load(impl.DecoderLayer(*sizes, norm_first=norm_first), state)
    return module(x, memory), load(module, trained)(x, memory)


def norms_as_made(impl, sizes):
    state = impl.DecoderLayer(*sizes).state_dict()
    return {name: tensor for name, tensor in sorted(state.items()) if "norm" in name}


def in_mode(impl, state, sizes, norm_first, p, training, x, memory):
    return load(impl.DecoderLayer(*sizes, p, norm_first), state).train(training)(x, memory)


def one_part(impl, state, sizes, p, part, x, memory):
    """What is added to x by one part of a pre-norm layer, in training. The others add zeros."""
    return in_mode(impl, the_others_muted(state, part), sizes, True, p, True, x, memory) - x


def one_part_beside_itself(impl, state, sizes, p, part, x, memory):
    """Of what one part adds in training, how many times what it adds otherwise: the least and the most that is kept."""
    dropped, whole = (one_part(impl, state, sizes, rate, part, x, memory) for rate in (p, 0.0))
    kept = (dropped != 0) & (whole.abs() > 0.2)
    factors = (dropped / whole)[kept]
    return {"least": factors.min().item(), "most": factors.max().item()} if kept.any() else {"least": 0.0, "most": 0.0}


def the_others_muted(state, part):
    ends = [end for end in ENDS if end != part]
    return {name: 0 * tensor if name.startswith(tuple(ends)) else tensor for name, tensor in state.items()}


# The last layer of each part.
ENDS = ["self_attn.out_proj", "cross_attn.out_proj", "feed_forward.down"]

B, T, S, H, F = between(2, 3), between(4, 5), between(6, 8), between(3, 4), between(7, 12)
D = H * between(2, 4)
X, MEMORY = normal(B, T, D, std=2.0, mean=0.5), normal(B, S, D, std=2.0, mean=-0.5)


def layers(*sizes):
    """The weights of the layers and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.DecoderLayer(*sizes), *sizes), "sizes": sizes}


LAYERS, SIX = layers(D, H, F), layers(6, 3, 4)
BOTH = {"x": X, "memory": MEMORY}
POST, PRE = {**LAYERS, "norm_first": False}, {**LAYERS, "norm_first": True}

CASES = [
    Case(
        "the same memory before and after training",
        decode_before_and_after_training,
        **POST,
        **BOTH,
        trained=weights(lambda impl, *sizes: impl.DecoderLayer(*sizes), D, H, F),
    ),
    Case("post-norm", decode, **POST, **BOTH, edges=[{B: 1}, {T: 1}, {S: 1}]),
    Case("pre-norm", decode, **PRE, **BOTH, edges=[{B: 1}, {T: 1}, {S: 1}]),
    Case("post-norm, where nothing is said", decode_as_made, **LAYERS, **BOTH),
    # A variance of about 1e-6, beside which 1e-5 counts.
    Case(
        "pre-norm, tokens whose features hardly differ",
        decode,
        **PRE,
        x=normal(B, T, D, std=1e-3),
        memory=MEMORY,
    ),
    Case(
        "post-norm, three heads",
        decode,
        **SIX,
        norm_first=False,
        x=normal(1, 8, 6),
        memory=normal(1, 3, 6),
        recall=True,
    ),
    Case(
        "pre-norm, three heads", decode, **SIX, norm_first=True, x=normal(4, 2, 6), memory=normal(4, 9, 6), recall=True
    ),
]

MASKED = [
    Case(
        "both masks, post-norm",
        decode,
        **POST,
        **BOTH,
        self_mask=lower_triangle(T),
        memory_mask=coin(B, 1, S),
        edges=[{"self_mask": None}, {"memory_mask": None}],
    ),
    Case("both masks, pre-norm", decode, **PRE, **BOTH, self_mask=coin(B, 1, T), memory_mask=coin(T, S)),
    Case("a mask for the memory alone", decode, **POST, **BOTH, memory_mask=coin(B, 1, 1, S), edges=[{B: 1}]),
    # As long a memory as there are tokens, so that one mask could be taken for the other.
    Case("a memory as long as the sequence", decode, **POST, x=X, memory=normal(B, T, D), self_mask=lower_triangle(T)),
    Case(
        "as many sequences as heads",
        decode,
        **POST,
        x=normal(H, T, D),
        memory=normal(H, S, D),
        self_mask=coin(H, T, T),
        memory_mask=coin(H, T, S),
    ),
    Case(
        "queries that may attend to nothing",
        decode,
        **PRE,
        **BOTH,
        self_mask=coin(T, T).map(nothing_for_the_second),
        memory_mask=coin(B, T, S).map(nothing_for_the_second),
    ),
]

P = between(0.2, 0.7)
MODES = [
    Case("evaluation mode, post-norm", **POST, p=P, training=False, **BOTH),
    Case("evaluation mode, pre-norm", **PRE, p=P, training=False, **BOTH),
    Case("training mode, all is dropped, post-norm", **POST, p=1.0, training=True, **BOTH),
    Case("training mode, all is dropped, pre-norm", **PRE, p=1.0, training=True, **BOTH),
]

MANY_SEQUENCES = between(10, 12)
MANY = {"x": normal(MANY_SEQUENCES, between(12, 16), D), "memory": normal(MANY_SEQUENCES, S, D)}
TORCHS = {
    "theirs": weights(lambda impl, *sizes: nn.TransformerDecoderLayer(*sizes, batch_first=True), D, H, F),
    "sizes": (D, H, F),
}


@pytest.mark.points(3.5)
@pytest.mark.parametrize("case", [*CASES, *MASKED], ids=str)
def test_values(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
def test_float64(check):
    for case in in_float64(MASKED[:2]):
        check.values(decode, case)


@pytest.mark.points(1)
def test_gradients(check):
    masks = {
        "self_mask": coin(T, T).map(nothing_for_the_second),
        "memory_mask": coin(T, S).map(nothing_for_the_second),
    }
    for norm in (POST, PRE):
        check.gradients(decode_with_fixed_key_biases, Case("gradients", **norm, **BOTH, **masks))


@pytest.mark.points(0.5)
def test_norms_as_made(check):
    check.values(norms_as_made, Case("norms as made", sizes=(D, H, F)))


@pytest.mark.points(2)
@pytest.mark.parametrize("norm_first", [False, True], ids=["post-norm", "pre-norm"])
def test_weights_of_torch(check, norm_first):
    check.values(handed_over, Case("weights of torch's layer", **TORCHS, norm_first=norm_first, **BOTH))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", MODES, ids=str)
def test_dropout_in_each_mode(check, case):
    check.values(in_mode, case)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("part", ENDS, ids=["self-attention", "cross-attention", "feed-forward network"])
def test_nothing_else_is_dropped(run, draw, part):
    p = draw(P)
    found, factor = run(one_part_beside_itself, **LAYERS, p=p, part=part, **MANY), 1 / (1 - p)
    right = abs(found["least"] / factor - 1) < 1e-2 and abs(found["most"] / factor - 1) < 1e-2
    assert right, (
        f"with dropout={p:.3g}, what is kept is {found['least']:.4g} to {found['most']:.4g} times what it is without "
        f"dropout, expected {factor:.4g}"
    )
