"""The encoder layer: the order of its parts, masks, dropout and where it stands, and the weights of torch's own."""

import pytest
import torch
from torch import nn

from kata.grading import Case, between, coin, in_float64, load, normal, nothing_for_the_second, weights

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that. Half
# precision has none: how far a layer norm strays there is what its own exercise is about.
pytestmark = pytest.mark.exercise(points=10, seconds=3, forbids=["attention", "norms"], dtypes=["float32"])


def encode(impl, state, sizes, norm_first, **inputs):
    return load(impl.EncoderLayer(*sizes, norm_first=norm_first), state)(**inputs)


def encode_as_made(impl, state, sizes, x):
    return load(impl.EncoderLayer(*sizes), state)(x)


def encode_with_a_fixed_key_bias(impl, state, **inputs):
    # The softmax cancels the bias of `k_proj`: its gradient is 0 but for rounding, which differs from answer to answer.
    return encode(impl, {**state, "self_attn.k_proj.bias": state["self_attn.k_proj.bias"].detach()}, **inputs)


def handed_over(impl, theirs, sizes, norm_first, x):
    """The output with torch's weights, after torch's layer has lost them."""
    layer = load(nn.TransformerEncoderLayer(*sizes, batch_first=True, norm_first=norm_first), theirs)
    module = impl.EncoderLayer(*sizes, norm_first=norm_first).to(x)
    module.load_torch(layer)
    kept = all(torch.equal(tensor, theirs[name]) for name, tensor in layer.state_dict().items())
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
    trained = [name for name, parameter in module.named_parameters() if parameter.requires_grad]
    return {"out": module(x), "parameters to train": sorted(trained), "torch's layer is as it was": kept}


def norms_as_made(impl, sizes):
    state = impl.EncoderLayer(*sizes).state_dict()
    return {name: tensor for name, tensor in sorted(state.items()) if "norm" in name}


def in_mode(impl, state, sizes, norm_first, p, training, x):
    return load(impl.EncoderLayer(*sizes, p, norm_first), state).train(training)(x)


def one_part(impl, state, sizes, p, silent, x):
    """What is added to x by one part of a pre-norm layer, in training. The `silent` one adds zeros."""
    return in_mode(impl, muted(state, silent), sizes, True, p, True, x) - x


def one_part_beside_itself(impl, state, sizes, p, silent, x):
    """Of what one part adds in training, how many times what it adds otherwise: the least and the most that is kept."""
    dropped, whole = one_part(impl, state, sizes, p, silent, x), one_part(impl, state, sizes, 0.0, silent, x)
    kept = (dropped != 0) & (whole.abs() > 0.2)
    factors = (dropped / whole)[kept]
    return {"least": factors.min().item(), "most": factors.max().item()} if kept.any() else {"least": 0.0, "most": 0.0}


def muted(state, silent):
    return {name: 0 * tensor if name.startswith(silent) else tensor for name, tensor in state.items()}


B, T, H, F = between(2, 3), between(4, 6), between(2, 4), between(7, 12)
D = H * between(2, 4)
X = normal(B, T, D, std=2.0, mean=0.5)


def layers(*sizes):
    """The weights of the layers and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.EncoderLayer(*sizes), *sizes), "sizes": sizes}


LAYERS, SIX = layers(D, H, F), layers(6, 3, 4)
POST, PRE = {**LAYERS, "norm_first": False}, {**LAYERS, "norm_first": True}
ATTENTION_ALONE, FEED_FORWARD_ALONE = {"silent": "feed_forward.down"}, {"silent": "self_attn.out_proj"}

CASES = [
    Case("post-norm", encode, **POST, x=X, edges=[{B: 1}, {T: 1}]),
    Case("pre-norm", encode, **PRE, x=X, edges=[{B: 1}, {T: 1}]),
    Case("post-norm, where nothing is said", encode_as_made, **LAYERS, x=X),
    # A variance of about 1e-6, beside which 1e-5 counts.
    Case("pre-norm, tokens whose features hardly differ", encode, **PRE, x=normal(B, T, D, std=1e-3)),
    Case("post-norm, three heads", encode, **SIX, norm_first=False, x=normal(1, 8, 6), recall=True),
    Case("pre-norm, three heads", encode, **SIX, norm_first=True, x=normal(4, 2, 6), recall=True),
]

MASKED = [
    # As many sequences as tokens, so that (T, T) could be read as (B, T).
    Case("(T, T)", encode, **POST, x=normal(T, T, D), mask=coin(T, T), edges=[{"mask": None}]),
    Case("(T, T), pre-norm", encode, **PRE, x=X, mask=coin(T, T)),
    Case("(B, T, T), as many sequences as heads", encode, **POST, x=normal(H, T, D), mask=coin(H, T, T)),
    Case("(B, 1, T)", encode, **PRE, x=X, mask=coin(B, 1, T), edges=[{B: 1}]),
    Case("(B, 1, T, T)", encode, **POST, x=X, mask=coin(B, 1, T, T)),
    Case("a query that may attend to nothing", encode, **POST, x=X, mask=coin(T, T).map(nothing_for_the_second)),
]

P = between(0.2, 0.7)
MODES = [
    Case("evaluation mode, post-norm", **POST, p=P, training=False, x=X),
    Case("evaluation mode, pre-norm", **PRE, p=P, training=False, x=X),
    Case("training mode, all is dropped, post-norm", **POST, p=1.0, training=True, x=X),
    Case("training mode, all is dropped, pre-norm", **PRE, p=1.0, training=True, x=X),
]

MANY = normal(between(10, 12), between(12, 16), D)
TORCHS = {
    "theirs": weights(lambda impl, *sizes: nn.TransformerEncoderLayer(*sizes, batch_first=True), D, H, F),
    "sizes": (D, H, F),
}


@pytest.mark.points(3.5)
@pytest.mark.parametrize("case", [*CASES, *MASKED], ids=str)
def test_values(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
def test_float64(check):
    for case in in_float64(MASKED[:2]):
        check.values(encode, case)


@pytest.mark.points(1)
def test_gradients(check):
    mask = coin(T, T).map(nothing_for_the_second)
    for norm in (POST, PRE):
        check.gradients(encode_with_a_fixed_key_bias, Case("gradients", **norm, x=X, mask=mask))


@pytest.mark.points(0.5)
def test_norms_as_made(check):
    check.values(norms_as_made, Case("norms as made", sizes=(D, H, F)))


@pytest.mark.points(2)
@pytest.mark.parametrize("norm_first", [False, True], ids=["post-norm", "pre-norm"])
def test_weights_of_torch(check, norm_first):
    check.values(handed_over, Case("weights of torch's layer", **TORCHS, norm_first=norm_first, x=X))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", MODES, ids=str)
def test_dropout_in_each_mode(check, case):
    check.values(in_mode, case)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("part", [ATTENTION_ALONE, FEED_FORWARD_ALONE], ids=["attention", "feed-forward network"])
def test_nothing_else_is_dropped(run, draw, part):
    p = draw(P)
    found, factor = run(one_part_beside_itself, **LAYERS, p=p, **part, x=MANY), 1 / (1 - p)
    right = abs(found["least"] / factor - 1) < 1e-2 and abs(found["most"] / factor - 1) < 1e-2
    assert right, (
        f"with dropout={p:.3g}, what is kept is {found['least']:.4g} to {found['most']:.4g} times what it is without "
        f"dropout, expected {factor:.4g}"
    )
