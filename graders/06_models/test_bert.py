"""BERT: hidden and pooled, padding on either side, gradients, dropout, first weights, and those of transformers."""

from types import SimpleNamespace

import pytest
import torch

from kata.grading import Case, between, checkpoint, in_float64, integers, load, parameters, weights

# float64 has a test of its own: who computes a softmax or norm in float32, as many models do, loses no more than that.
# What half precision would show, it shows of the parts, in other exercises.
pytestmark = pytest.mark.exercise(points=10, seconds=5, forbids=["attention", "norms"], dtypes=["float32"])

LINEAR = ["q_proj", "k_proj", "v_proj", "out_proj", "up", "down"]


def make(impl, config):
    return impl.Bert(SimpleNamespace(**config))


def read(impl, config, state, **inputs):
    return load(make(impl, config), state).eval()(**inputs)


def read_in_training(impl, config, state, **inputs):
    return load(make(impl, config), state).train()(**inputs)


def read_with_a_fixed_key_bias(impl, state, **inputs):
    # The softmax cancels the bias of `k_proj`: its gradient is 0 but for rounding, which differs from answer to answer.
    fixed = {name: weight.detach() if name.endswith("k_proj.bias") else weight for name, weight in state.items()}
    return read(impl, state=fixed, **inputs)


def take_over(impl, config, state):
    """A model of the dtype and device of a checkpoint, with its weights."""
    model = make(impl, config).to(state["pooler.dense.bias"])
    model.load_hf(state)
    return model.eval()


def read_with_theirs(impl, config, state, **inputs):
    return take_over(impl, config, state)(**inputs)


def read_with_theirs_in_half_precision(impl, config, state, **inputs):
    """The model keeps its dtype."""
    model = make(impl, config).to(state["pooler.dense.bias"])
    model.load_hf({name: weight.bfloat16() for name, weight in state.items()})
    return model.eval()(**inputs)


def read_after_a_change(impl, config, state, factor, **inputs):
    """Weights that change after they were taken over: the checkpoint does not."""
    model = take_over(impl, config, state)
    with torch.no_grad():
        for parameter in parameters(
            model, ["embeddings.word_embeddings.weight", "layers.0.q_proj.weight", "pooler.bias"]
        ):
            parameter.mul_(factor)
    return model(**inputs)


def refuse(impl, config, state):
    make(impl, config).load_hf(state)


def refuse_to_make(impl, config):
    make(impl, config)


def first_weights(impl, config, kind):
    names = [f"layers.{i}.{layer}" for i in range(config["num_hidden_layers"]) for layer in LINEAR]
    return torch.cat(
        [p.detach().flatten() for p in parameters(make(impl, config), [f"{n}.{kind}" for n in [*names, "pooler"]])]
    )


def first_biases(impl, config):
    return first_weights(impl, config, "bias")


def padding_row(impl, config):
    (table,) = parameters(make(impl, config), ["embeddings.word_embeddings.weight"])
    return table.detach()[config["pad_token_id"]]


def read_with_large_scores(impl, config, state, **inputs):
    """Queries and keys 300 times as large. Of each text one token is real, whose weight is 1 whatever its score."""
    large = ("q_proj.weight", "k_proj.weight")
    return read(impl, config, {n: 300 * w if n.endswith(large) else w for n, w in state.items()}, **inputs)


def the_spread(_, config, kind):
    return (0.0, config["initializer_range"])


def shapes(config):
    """What transformers' BertModel has in its state dict."""
    D, hidden = config["hidden_size"], config["intermediate_size"]
    found = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], D),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], D),
        "embeddings.token_type_embeddings.weight": (config["type_vocab_size"], D),
    }
    linear = {"pooler.dense": (D, D)}
    norms = ["embeddings.LayerNorm"]
    for i in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{i}"
        linear |= {f"{layer}.attention.self.{name}": (D, D) for name in ("query", "key", "value")}
        linear |= {f"{layer}.attention.output.dense": (D, D)}
        linear |= {f"{layer}.intermediate.dense": (hidden, D), f"{layer}.output.dense": (D, hidden)}
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    for name, shape in linear.items():
        found |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return found | {f"{name}.{kind}": (D,) for name in norms for kind in ("weight", "bias")}


def of_an_older_version(state):
    positions = torch.arange(len(state["embeddings.position_embeddings.weight"])).unsqueeze(0)
    return {"embeddings.position_ids": positions, **state}


def without(state, name):
    return {key: weight for key, weight in state.items() if key != name}


def padded(shape, left):
    """A mask whose first sequence has no padding, and each later one more of it."""
    rows, columns = shape
    places, lengths = torch.arange(columns), (columns - torch.arange(rows)).clamp(min=1).unsqueeze(1)
    return ((columns - 1 - places if left else places) < lengths).long()


def mask(rows, columns, left):
    return integers(2, high=2).map(lambda _, *shape: padded(shape, left), rows, columns)


B, T, H, W, L = between(3, 4), between(5, 6), between(2, 3), between(2, 4), between(2, 3)
D = H * W
SIZES = {
    "vocab_size": between(9, 14),
    "hidden_size": D,
    "max_position_embeddings": T + between(1, 4),
    "type_vocab_size": between(2, 4),
    "pad_token_id": between(0, 8),
    "num_hidden_layers": L,
    "num_attention_heads": H,
    "intermediate_size": between(5, 11),
}
# An ε that is seen.
CONFIG = {
    **SIZES,
    "layer_norm_eps": between(0.05, 0.2),
    "hidden_dropout_prob": between(0.2, 0.6),
    "attention_probs_dropout_prob": between(0.2, 0.6),
    "initializer_range": between(0.01, 0.05),
}


def ours(**changes):
    """A configuration, and weights under the statement's own names."""
    config = {**CONFIG, **changes}
    return {"config": config, "state": weights(make, config)}


def theirs(**changes):
    config = {**CONFIG, **changes}
    return {"config": config, "state": checkpoint(shapes, config)}


IDS = {"input_ids": integers(B, T, high=SIZES["vocab_size"])}
TYPES = {"token_type_ids": integers(B, T, high=SIZES["type_vocab_size"])}
LEFT, RIGHT = {"attention_mask": mask(B, T, True)}, {"attention_mask": mask(B, T, False)}
ALL = {**IDS, **RIGHT, **TYPES}

CASES = [
    Case("ids alone", **ours(), **IDS, edges=[{B: 1}, {T: 1}]),
    Case("ids and types", **ours(), **IDS, **TYPES),
    Case("padding on the right", **ours(), **ALL, edges=[{"attention_mask": None}, {"token_type_ids": None}]),
    Case("padding on the left", **ours(), **IDS, **LEFT, **TYPES),
    Case("heads of odd width", **ours(hidden_size=H * (2 * W - 1)), **ALL),
    Case("one layer with one head", **ours(num_hidden_layers=1, num_attention_heads=1), **IDS, **LEFT),
    Case("the ε of BERT", **ours(layer_norm_eps=1e-12), **ALL),
    Case(
        "five heads, two sequences of nine",
        **ours(hidden_size=15, num_attention_heads=5, max_position_embeddings=12),
        input_ids=integers(2, 9, high=SIZES["vocab_size"]),
        attention_mask=mask(2, 9, True),
        recall=True,
    ),
]

TAKEN_OVER = [
    Case("the weights of transformers", read_with_theirs, **theirs(), **ALL),
    Case("as many hidden features as others", read_with_theirs, **theirs(intermediate_size=D), **ALL),
    Case(
        "an entry of older versions",
        read_with_theirs,
        config=CONFIG,
        state=theirs()["state"].map(of_an_older_version),
        **ALL,
    ),
    Case("a checkpoint in half precision", read_with_theirs_in_half_precision, **theirs(), **ALL),
    Case("weights that change afterwards", read_after_a_change, **theirs(), factor=between(0.5, 0.9), **ALL),
    Case("eleven layers", read_with_theirs, **theirs(num_hidden_layers=11, hidden_size=H), **IDS, recall=True),
]

NOTHING = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
TRAINING = [
    Case("nothing is dropped", **ours(**NOTHING), **ALL),
    Case(
        "all of the attention's weights are dropped", **ours(**{**NOTHING, "attention_probs_dropout_prob": 1.0}), **ALL
    ),
    Case("all that is hidden is dropped", **ours(**{**NOTHING, "hidden_dropout_prob": 1.0}), **ALL),
]

MISSING = [
    "pooler.dense.weight",
    "pooler.dense.bias",
    "encoder.layer.1.output.LayerNorm.weight",
    "embeddings.position_embeddings.weight",
]


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(read, case)


@pytest.mark.points(0.5)
def test_float64(check):
    for case in in_float64(CASES[2:3]):
        check.values(read, case)


@pytest.mark.points(0.5)
def test_large_scores(check):
    one = {
        "attention_mask": integers(B, T, high=2).map(lambda mask: (torch.arange(mask.shape[1]) == 1).long() + 0 * mask)
    }
    case = Case("a single real token, with scores of 10 000 and more", **ours(num_hidden_layers=1), **IDS, **one)
    check.values(read_with_large_scores, case)


@pytest.mark.points(1.5)
def test_gradients(check):
    check.gradients(read_with_a_fixed_key_bias, Case("gradients", **ours(), **ALL))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", TAKEN_OVER, ids=str)
def test_weights_of_transformers(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    "name", MISSING, ids=["the weight of the pooler", "of the pooler", "of a layer", "of the embeddings"]
)
def test_a_missing_weight_is_refused(check, name):
    state = theirs()["state"].map(without, name)
    check.raises(KeyError, refuse, Case("a weight is missing", config=CONFIG, state=state))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", TRAINING, ids=str)
def test_dropout(check, case):
    check.values(read_in_training, case)


@pytest.mark.points(0.5)
def test_first_weights(check):
    wide = {**CONFIG, "hidden_size": 8 * H, "intermediate_size": between(30, 40)}
    check.moments(first_weights, Case("first weights", config=wide, kind="weight"), expected=the_spread)
    check.values(first_biases, Case("first biases", config=CONFIG))
    check.values(padding_row, Case("the vector of padding", config=CONFIG))


@pytest.mark.points(0.5)
def test_uneven_heads_are_refused(check):
    uneven = {**CONFIG, "hidden_size": D * between(2, 5) + 1}
    check.raises(ValueError, refuse_to_make, Case("a width that the heads do not divide", config=uneven))
