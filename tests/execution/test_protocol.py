"""Frames hold what was put in, and nothing that comes over the wire makes the judge fail or allocate without bound."""

import contextlib
import json
import math
import tracemalloc

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kata.execution.protocol import DTYPES, MAX_BODY, MAX_HEADER, PREFIX, Opaque, ProtocolError, lengths, pack, unpack
from kata.execution.scenario import raw


def through(value):
    frame = pack({"value": value})
    header, body = lengths(frame[: PREFIX.size])
    assert len(frame) == PREFIX.size + header + body
    return unpack(frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header :])["value"]


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_values_come_through(value):
    assert through(value) == value


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)], ids=str)
def test_tensors_come_through(dtype, shape):
    tensor = (torch.randn(shape, dtype=torch.float64) * 3).to(dtype)
    found = through(tensor)
    assert found.dtype == dtype and found.shape == tensor.shape
    assert torch.equal(found, tensor)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(3, 4).mT,
        torch.randn(2, 3, 4).permute(1, 2, 0),
        torch.randn(6, 4)[::2],
        torch.randn(3, 1).expand(3, 5),
    ],
)
def test_the_order_in_memory_comes_through(tensor):
    found = through(tensor)
    assert torch.equal(found, tensor)
    if tensor.permute(*sorted(range(tensor.dim()), key=lambda a: -tensor.stride(a))).is_contiguous():
        assert found.stride() == tensor.stride()


@pytest.mark.parametrize("tensor", [torch.randn(3, 2)[1:2, 1], torch.randn(1, 2)[:, 1:], torch.randn(4, 2, 3)[::9, 1]])
def test_what_is_left_of_a_larger_tensor_comes_through(tensor):
    # An axis of length 1 keeps the stride that it had.
    assert torch.equal(through(tensor), tensor)
    assert raw({"x": tensor}) == raw({"x": tensor.clone()}) != raw({"x": tensor + 1})


def test_special_numbers_come_through():
    assert through([math.inf, -math.inf]) == [math.inf, -math.inf]
    assert math.isnan(through(math.nan))
    assert torch.equal(through(torch.tensor([math.inf])), torch.tensor([math.inf]))


def test_the_rest_is_opaque():
    import numpy as np

    assert through(np.ones(2)).type == "numpy.ndarray"
    assert through(np.float32(1)).type == "numpy.float32"
    assert through(np.float64(1.5)) == 1.5
    assert isinstance(through(object()), Opaque)
    assert through(10**30) == Opaque("int", "huge")
    nested = []
    nested.append(nested)
    pack({"value": nested})


HEADERS = [
    b"",
    b"{",
    b"null",
    b"[" * 100_000,
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "float32", "shape": [1099511627776]}]}',
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "float32", "shape": [-1]}]}',
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "float32", "shape": [4294967296, 4294967296]}]}',
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "float32", "shape": [true]}]}',
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "quint8", "shape": [1]}]}',
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "float32", "shape": [0, 1099511627776]}]}',
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "float32", "shape": [1], "order": [5]}]}',
    b'{"value": ["tensor", 0], "tensors": [{"dtype": "float32", "shape": [1, 1], "order": [0, 0]}]}',
    b'{"value": ["tensor", 9], "tensors": []}',
    b'{"value": ["tensor", -1], "tensors": []}',
    b'{"value": ["pickle", "x"], "tensors": []}',
    b'{"value": ["dict", [[["list", []], 1]]], "tensors": []}',
    b'{"value": ["dict", [[1]]], "tensors": []}',
    b'{"value": 1, "tensors": []}',
    b'{"tensors": []}',
    b'{"value": {"a": 1}, "tensors": []}',
    b'{"value": ["dict", []], "tensors": [' + b'{"dtype": "bool", "shape": [0]},' * 20_000 + b"{}]}",
    b"\xff\xfe",
    b'{"value": 1e999999, "tensors": [], "x": ' + b"9" * 10_000 + b"}",
]


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_forged_headers_are_refused(header):
    with pytest.raises(ProtocolError):
        unpack(header, b"\0" * 4)


def test_oversized_frames_are_refused_before_they_are_read():
    with pytest.raises(ProtocolError):
        lengths(PREFIX.pack(b"KATA", MAX_HEADER + 1, 0))
    with pytest.raises(ProtocolError):
        lengths(PREFIX.pack(b"KATA", 10, MAX_BODY + 1))
    with pytest.raises(ProtocolError):
        lengths(PREFIX.pack(b"PICK", 10, 10))


def test_a_header_cannot_make_the_judge_allocate():
    tracemalloc.start()
    for header in HEADERS:
        with pytest.raises(ProtocolError):
            unpack(header, b"")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * MAX_HEADER  # what parsing JSON of the largest size takes, and nothing on top


specs = st.fixed_dictionaries(
    {"dtype": st.sampled_from([*DTYPES, "bytes", "x"]), "shape": st.lists(st.integers(-2, 5), max_size=3)},
    optional={"order": st.lists(st.integers(-1, 3), max_size=3)},
)
tagged = st.recursive(
    st.none()
    | st.integers()
    | st.text(max_size=3)
    | st.tuples(st.sampled_from(["tensor", "bytes"]), st.integers(-2, 3)),
    lambda inner: st.tuples(st.sampled_from(["list", "tuple", "dict", "other", "?"]), st.lists(inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=500)
@given(tagged, st.lists(specs, max_size=3), st.binary(max_size=40))
def test_fuzzed_messages_are_read_or_refused(value, tensors, body):
    header = json.dumps({"value": value, "tensors": tensors}).encode()
    with contextlib.suppress(ProtocolError):
        unpack(header, body)


@settings(max_examples=500)
@given(st.binary(max_size=200), st.binary(max_size=40))
def test_fuzzed_bytes_are_refused(header, body):
    with pytest.raises(ProtocolError):
        unpack(header, body)


@given(st.binary(min_size=16, max_size=16))
def test_fuzzed_prefixes_are_read_or_refused(prefix):
    try:
        header, body = lengths(prefix)
    except ProtocolError:
        return
    assert header <= MAX_HEADER and body <= MAX_BODY
