"""The Transformer: both embeddings, both stacks, what is hidden from whom, dropout, and what it begins with."""

import pytest
import torch

from kata.grading import Case, between, coin, integers, load, normal, weights

# In float32 alone: the positions are numbers of float32 in any model, and how a norm or a softmax strays in another
# dtype is what their own exercises are about.
pytestmark = pytest.mark.exercise(points=10, seconds=4, forbids=["attention", "norms"], dtypes=["float32"])


def model(impl, state, sizes, dropout=0.0, max_len=30):
    return load(impl.Transformer(*sizes, dropout=dropout, max_len=max_len), state)


def translate(impl, state, sizes, **inputs):
    return model(impl, state, sizes)(**inputs)


def encode(impl, state, sizes, max_len=30, **inputs):
    return model(impl, state, sizes, max_len=max_len).encode(**inputs)


def decode(impl, state, sizes, **inputs):
    return model(impl, state, sizes).decode(**inputs)


def translate_with_fixed_key_biases(impl, state, sizes, **inputs):
    # The softmax cancels the bias of `k_proj`: its gradient is 0 but for rounding, which differs from answer to answer.
    fixed = {name: tensor.detach() for name, tensor in state.items() if name.endswith("k_proj.bias")}
    return translate(impl, {**state, **fixed}, sizes, **inputs)


def in_mode(impl, state, sizes, p, training, src, tgt):
    return model(impl, state, sizes, p).train(training)(src, tgt)


def as_made(impl, sizes):
    """The weights of the norms, how many parameters there are, and whether two have begun with the same numbers."""
    module = impl.Transformer(*sizes)
    state = module.state_dict()
    of_norms = {name: tensor for name, tensor in sorted(state.items()) if "norm" in name}
    drawn = [tensor for name, tensor in state.items() if name.endswith("proj.weight") and "layers" in name]
    alike = sum(torch.equal(one, other) for i, one in enumerate(drawn) for other in drawn[:i])
    return {"norms": of_norms, "parameters": len(list(module.parameters())), "weights that are alike": alike}


def longest_by_default(impl, sizes, ids):
    """Refuses a text of 513 tokens where no `max_len` is given."""
    impl.Transformer(*sizes).encode(ids)


def tables_are_one(impl, sizes):
    module = impl.Transformer(*sizes)
    return module.src_embedding is module.tgt_embedding or module.src_embedding.weight is module.tgt_embedding.weight


def with_id_0(ids):
    return ids.index_fill(1, torch.zeros(1, dtype=torch.int64), 0)


def encode_up_to(impl, sizes, max_len, ids):
    return impl.Transformer(*sizes, max_len=max_len).to(ids.device).encode(ids)


def decode_up_to(impl, sizes, max_len, ids):
    memory = torch.zeros(*ids.shape, sizes[2], device=ids.device)
    return impl.Transformer(*sizes, max_len=max_len).to(ids.device).decode(ids, memory)


B, T, S, H, N = between(2, 3), between(4, 5), between(6, 8), between(2, 3), between(1, 2)
V, W, F = between(8, 12), between(5, 7), between(5, 9)
D = 2 * H * between(1, 2)
SRC, TGT, MEMORY = integers(B, S, high=V), integers(B, T, high=W), normal(B, S, D)


def layers(*sizes):
    """The weights of the model and its sizes."""
    return {"state": weights(lambda impl, *sizes: impl.Transformer(*sizes), *sizes), "sizes": sizes}


MODEL, BARE, LARGER = layers(V, W, D, H, N, F), layers(V, W, D, H, 0, F), layers(11, 9, 6, 3, 3, 5)
TWO = layers(V, W, D, H, 2, F)
SAME = {"src": SRC, "tgt": TGT}

CASES = [
    Case("source and target", translate, **TWO, **SAME, edges=[{B: 1}, {T: 1}, {S: 1}]),
    Case("source alone", encode, **MODEL, src=SRC, edges=[{S: 1}]),
    Case("target and memory", decode, **MODEL, tgt=TGT, memory=MEMORY, edges=[{T: 1}]),
    Case("no layers: the embedded source", encode, **BARE, src=SRC),
    Case("a source of just max_len tokens", encode, **BARE, src=SRC, max_len=S),
    Case("no layers: the embedded target", decode, **BARE, tgt=TGT, memory=MEMORY),
    Case("three layers", translate, **LARGER, src=integers(2, 9, high=11), tgt=integers(2, 7, high=9), recall=True),
]

MASKED = [
    Case(
        "padding in the source",
        translate,
        **MODEL,
        **SAME,
        src_mask=coin(B, 1, S),
        edges=[{"src_mask": None}, {B: 1}],
    ),
    Case("padding in the source, (B, 1, 1, S)", translate, **MODEL, **SAME, src_mask=coin(B, 1, 1, S)),
    Case("padding in the source, encoded", encode, **MODEL, src=SRC, src_mask=coin(B, 1, S)),
    Case("padding in the memory", decode, **MODEL, tgt=TGT, memory=MEMORY, src_mask=coin(B, 1, S)),
    Case("(B, 1, T) for the target", translate, **MODEL, **SAME, tgt_mask=coin(B, 1, T), edges=[{"tgt_mask": None}]),
    Case("(T, T) for the target", translate, **MODEL, **SAME, tgt_mask=coin(T, T)),
    Case("(B, 1, T, T) for the target", translate, **MODEL, **SAME, tgt_mask=coin(B, 1, T, T)),
    Case(
        "as many sequences as heads, (B, T, T)",
        translate,
        **MODEL,
        src=integers(H, S, high=V),
        tgt=integers(H, T, high=W),
        tgt_mask=coin(H, T, T),
    ),
    Case(
        "a source that is all padding",
        translate,
        **MODEL,
        **SAME,
        src_mask=coin(B, 1, S).map(lambda mask: mask & (torch.arange(len(mask)) > 0).view(-1, 1, 1)),
    ),
]

P = between(0.2, 0.7)
MODES = [
    Case("evaluation mode", **MODEL, p=P, training=False, **SAME),
    Case("training mode, all is dropped", **MODEL, p=1.0, training=True, **SAME),
]

SIZES = (V, W, D, H, N, F)
TOO_LONG = [
    Case("a source that is too long", encode_up_to, sizes=SIZES, max_len=S - 1, ids=SRC),
    Case(
        "513 tokens, where no max_len is given",
        longest_by_default,
        sizes=(V, W, 2, 1, 0, 1),
        ids=integers(1, 513, high=V),
    ),
    Case("a target that is too long", decode_up_to, sizes=SIZES, max_len=T - 1, ids=TGT),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_gradients(check):
    inputs = {"src": SRC.map(with_id_0), "tgt": TGT.map(with_id_0), "src_mask": coin(B, 1, S)}
    check.gradients(translate_with_fixed_key_biases, Case("gradients", **MODEL, **inputs))


@pytest.mark.points(0.5)
def test_as_made(check):
    check.values(as_made, Case("as made", sizes=(V, W, D, H, 2, F)))
    check.values(tables_are_one, Case("vocabularies of one size", sizes=(V, V, D, H, 1, F)))


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", MODES, ids=str)
def test_dropout_in_each_mode(check, case):
    check.values(in_mode, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", TOO_LONG, ids=str)
def test_what_is_too_long_is_refused(check, case):
    check.raises(ValueError, case.scenario, case)
