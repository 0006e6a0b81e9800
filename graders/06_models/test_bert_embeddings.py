"""BERT's embeddings: which rows are added, the norm, dropout, what is learned, and the first weights."""

from types import SimpleNamespace

import pytest

from kata.grading import Case, between, in_float64, integers, load, parameters, weights

# float64 has a test of its own: who computes the norm in float32 loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["norms"], dtypes=["float32", "float16", "bfloat16"])

TABLES = ["word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight"]


def make(impl, config):
    return impl.BertEmbeddings(SimpleNamespace(**config))


def embed(impl, config, state, **inputs):
    return load(make(impl, config), state).eval()(**inputs)


def embed_in_training(impl, config, state, **inputs):
    return load(make(impl, config), state).train()(**inputs)


def refuse(impl, config, input_ids):
    make(impl, config).to(input_ids.device)(input_ids)


def is_dropped(result):
    return result == 0


def what_goes_together(impl, config, state, **inputs):
    """For each axis, whether all along it are dropped together."""
    dropped = is_dropped(embed_in_training(impl, config, state, **inputs))
    return [bool((dropped == dropped.narrow(axis, 0, 1)).all()) for axis in range(dropped.dim())]


def the_rate(_, config, **inputs):
    return config["hidden_dropout_prob"]


def first_weights(impl, config, name):
    """All that is drawn of a table."""
    (table,) = parameters(make(impl, config), [name])
    rows = [row for row in range(len(table)) if "word" not in name or row != config["pad_token_id"]]
    return table.detach()[rows]


def the_spread(_, config, name):
    return (0.0, config["initializer_range"])


def what_is_not_drawn(impl, config):
    word, weight, bias = parameters(make(impl, config), [TABLES[0], "LayerNorm.weight", "LayerNorm.bias"])
    return {"padding": word[config["pad_token_id"]], "weight": weight, "bias": bias}


def with_padding(ids, pad):
    """The first sequence is padded on the left, the last one on the right."""
    ids = ids.clone()
    ids[0, 0] = ids[-1, -1] = pad
    return ids


B, T, D, K = between(2, 3), between(4, 6), between(4, 8), between(3, 4)
V, P = between(9, 14), T + between(1, 4)
PAD = between(0, 8)
SIZES = {"vocab_size": V, "hidden_size": D, "max_position_embeddings": P, "type_vocab_size": K, "pad_token_id": PAD}
# An ε that is seen.
REST = {"layer_norm_eps": between(0.05, 0.2), "hidden_dropout_prob": between(0.2, 0.6), "initializer_range": 0.02}
CONFIG = {**SIZES, **REST}


def module(**changes):
    config = {**CONFIG, **changes}
    return {"config": config, "state": weights(make, config)}


IDS, TYPES = integers(B, T, high=V).map(with_padding, PAD), integers(B, T, high=K)

CASES = [
    Case("words, positions and types", **module(), input_ids=IDS, token_type_ids=TYPES, edges=[{B: 1}, {T: 1}]),
    Case("no types given", **module(), input_ids=IDS, edges=[{T: 1}]),
    Case("as many tokens as positions", **module(max_position_embeddings=T), input_ids=IDS, token_type_ids=TYPES),
    Case("the ε of BERT", **module(layer_norm_eps=1e-12), input_ids=IDS, token_type_ids=TYPES),
    Case(
        "one type, four sequences of seven",
        **module(type_vocab_size=1, max_position_embeddings=12),
        input_ids=integers(4, 7, high=V),
        recall=True,
    ),
]

TRAINING = [
    Case("training, with nothing to drop", **module(hidden_dropout_prob=0.0), input_ids=IDS, token_type_ids=TYPES),
    Case("training, with all to drop", **module(hidden_dropout_prob=1.0), input_ids=IDS, token_type_ids=TYPES),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(embed, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64(CASES[:1]):
        check.values(embed, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(embed, Case("gradients", **module(), input_ids=IDS, token_type_ids=TYPES))


@pytest.mark.points(1.5)
def test_dropout(check, run):
    for case in TRAINING:
        check.values(embed_in_training, case)
    many = Case(
        "dropped in training", **module(), input_ids=integers(8, T, high=V), token_type_ids=integers(8, T, high=K)
    )
    check.share(embed_in_training, many, expected=the_rate, of=is_dropped)
    for axis, same in enumerate(run(what_goes_together, **module(), input_ids=integers(8, T, high=V))):
        assert not same, f"all along axis {axis} of the result are dropped together"


LARGE = {**CONFIG, "hidden_size": between(60, 80), "initializer_range": between(0.01, 0.05)}


@pytest.mark.points(1)
@pytest.mark.parametrize("name", TABLES, ids=["words", "positions", "types"])
def test_first_weights(check, name):
    check.moments(first_weights, Case("first weights", config=LARGE, name=name), expected=the_spread)


@pytest.mark.points(0.5)
def test_first_weights_that_are_not_drawn(check):
    check.values(what_is_not_drawn, Case("padding and the norm", config=CONFIG))


@pytest.mark.points(1)
def test_too_many_tokens(check):
    check.raises(ValueError, refuse, Case("one token too many", config=CONFIG, input_ids=integers(B, P + 1, high=V)))
