"""Frames between the judge and a worker: a header in JSON, then the raw bytes of tensors. Never a pickle.

A frame is `KATA | header length (u32) | body length (u64) | header | body`. The header holds the message, with each
tensor replaced by `["tensor", i]`, and a list that says of tensor i its dtype, its shape and the order of its axes in
memory. Whoever reads checks every length against its cap before it allocates, and takes nothing on trust: a worker may
send anything.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

MAGIC = b"KATA"
TICKET = 8  # bytes that go before a question and come back before its answer, which so cannot be older
ANOTHER_CALL = b"\x1ekata: what follows was printed by the call that is judged\x1e"  # among what a worker prints
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER = 1 << 20  # a header is names and numbers; a MiB holds every result of the suite a hundred times over
MAX_BODY = 64 << 20  # the largest result asked for anywhere is a few MiB
MAX_DEPTH = 12
MAX_NODES = 100_000
MAX_TEXT = 4_000

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.bool, torch.uint8,
        torch.int8, torch.int16, torch.int32, torch.int64, torch.complex64, torch.complex128,
    )
}  # fmt: skip


class ProtocolError(Exception):
    """A message that is no frame, or one larger than a frame may be."""


@dataclass(frozen=True)
class Opaque:
    """A value that has no place on the wire: its type, and how it prints."""

    type: str
    text: str


@dataclass
class _Encoder:
    tensors: list[dict[str, Any]]
    chunks: list[bytes]
    size: int = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            return ["other", type(value).__name__, "nested too deep"]
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, int | float) and type(value).__module__ != "numpy":
            return value if not isinstance(value, int) or value.bit_length() < 64 else ["other", "int", "huge"]
        if isinstance(value, float):
            return float(value)
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, bytes):
            return ["bytes", self._chunk(value, {"dtype": "bytes", "shape": [len(value)]})]
        if isinstance(value, list | tuple):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return [kind, [self.encode(item, depth + 1) for item in value]]
        if isinstance(value, dict):
            odd = next((key for key in value if not _may_be_a_key(key)), None)
            if odd is not None:
                return ["other", f"dict with keys of type {_type_name(odd)[:MAX_TEXT]}", ""]
            return ["dict", [[key, self.encode(item, depth + 1)] for key, item in value.items()]]
        return ["other", _type_name(value)[:MAX_TEXT], _print(value)]

    def _tensor(self, tensor: Tensor) -> Any:
        tensor = tensor.detach()
        self._check_size(tensor.numel() * tensor.element_size())  # a view may be far larger than what it is a view of
        name = str(tensor.dtype).removeprefix("torch.")
        if tensor.layout != torch.strided or tensor.device.type == "meta" or name not in DTYPES:
            return ["other", f"{str(tensor.layout).removeprefix('torch.')} tensor of {name}", ""]
        tensor = tensor.cpu().resolve_conj().resolve_neg()
        strides = tensor.stride()
        order = sorted(range(tensor.dim()), key=lambda axis: (-strides[axis], axis))
        data = to_bytes(tensor.permute(order))
        spec: dict[str, Any] = {"dtype": name, "shape": list(tensor.shape)}
        if order != sorted(order):
            spec["order"] = order
        return ["tensor", self._chunk(data, spec)]

    def _chunk(self, data: bytes, spec: dict[str, Any]) -> int:
        self._check_size(len(data))
        self.size += len(data)
        self.chunks.append(data)
        self.tensors.append(spec)
        return len(self.tensors) - 1

    def _check_size(self, more: int) -> None:
        if self.size + more > MAX_BODY:
            raise ProtocolError(f"the result holds more than {MAX_BODY >> 20} MiB")


def to_bytes(tensor: Tensor) -> bytes:
    """The numbers of a tensor on the CPU, in the order of its axes."""
    # Not by `reshape`: an axis of length 1 counts as contiguous with any stride, keeps it, and is then no row of bytes.
    flat = tensor.contiguous().as_strided((tensor.numel(),), (1,))
    return bytes(flat.view(torch.uint8).numpy().tobytes()) if flat.numel() else b""


def pack(message: dict[str, Any]) -> bytes:
    """Pack a message into one frame: plain values, nested as deep as MAX_DEPTH, with tensors among them.

    Raises:
        ProtocolError: the message is larger than a frame may be.
    """
    encoder = _Encoder([], [])
    value = encoder.encode(message)
    header = json.dumps({"value": value, "tensors": encoder.tensors}).encode()
    if len(header) > MAX_HEADER:
        raise ProtocolError(f"the result has a description of more than {MAX_HEADER >> 20} MiB")
    return b"".join([PREFIX.pack(MAGIC, len(header), encoder.size), header, *encoder.chunks])


def lengths(prefix: bytes) -> tuple[int, int]:
    """The header's and the body's length that the first PREFIX.size bytes of a frame announce.

    Raises:
        ProtocolError: these bytes begin no frame, or one larger than it may be.
    """
    magic, header, body = PREFIX.unpack(prefix)
    if magic != MAGIC or header > MAX_HEADER or body > MAX_BODY:
        raise ProtocolError("no frame begins here, or one that is too large")
    return header, body


def unpack(header: bytes, body: bytes | bytearray) -> dict[str, Any]:
    """The message of a frame. Its tensors are new, on the CPU, and hold as many bytes as the body, no more.

    Raises:
        ProtocolError: the header does not say what it must, or does not fit the body.
    """
    try:
        parsed = json.loads(header)
        tensors = _tensors(parsed["tensors"], body)
        message = _Decoder(tensors).decode(parsed["value"])
    except ProtocolError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError, RuntimeError) as error:
        raise ProtocolError(f"a malformed frame: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise ProtocolError("a frame that holds no message")
    return message


@dataclass
class _Decoder:
    tensors: list[Any]
    nodes: int = 0

    def decode(self, value: Any, depth: int = 0) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH + 2 or self.nodes > MAX_NODES:
            raise ProtocolError("a message nested too deep or of too many parts")
        if isinstance(value, int) and value.bit_length() > 63:
            raise ProtocolError("a number that no tensor could hold")
        if value is None or isinstance(value, bool | int | float | str):
            return value
        match value:
            case ["tensor" | "bytes", int(index)] if 0 <= index < len(self.tensors):
                return self.tensors[index]
            case ["list", list(items)]:
                return [self.decode(item, depth + 1) for item in items]
            case ["tuple", list(items)]:
                return tuple(self.decode(item, depth + 1) for item in items)
            case ["dict", list(pairs)]:
                return {self._key(k): self.decode(v, depth + 1) for k, v in pairs}
            case ["other", str(kind), str(text)]:
                return Opaque(" ".join(kind.split())[:MAX_TEXT], text[:MAX_TEXT])  # a class may be called anything
        raise ProtocolError("a value of no known kind")

    @staticmethod
    def _key(key: Any) -> Any:
        if not _may_be_a_key(key):
            raise ProtocolError("a dict with a key that is no plain value")
        return key


def _tensors(specs: Any, body: bytes | bytearray) -> list[Any]:
    if not isinstance(specs, list) or len(specs) > MAX_NODES:
        raise ProtocolError("a header without its list of tensors")
    view, start, found = memoryview(body), 0, []
    for spec in specs:
        shape = spec["shape"]
        if len(shape) > 64 or not all(type(n) is int and 0 <= n <= MAX_BODY for n in shape):
            raise ProtocolError("a tensor of impossible shape")
        dtype = None if spec["dtype"] == "bytes" else DTYPES[spec["dtype"]]
        size = math.prod(shape) * (dtype.itemsize if dtype else 1)
        chunk = view[start : start + size]
        if len(chunk) != size:
            raise ProtocolError("a tensor larger than the body")
        found.append(_tensor(chunk, dtype, shape, spec.get("order")) if dtype else bytes(chunk))
        start += size
    if start != len(view):
        raise ProtocolError("a body larger than its tensors")
    return found


def _tensor(chunk: memoryview, dtype: torch.dtype, shape: list[int], order: list[int] | None) -> Tensor:
    order = list(range(len(shape))) if order is None else order
    if sorted(order) != list(range(len(shape))):
        raise ProtocolError("axes that are no permutation")
    stored = [shape[axis] for axis in order]
    if not len(chunk):
        return torch.empty(stored, dtype=dtype).permute([order.index(axis) for axis in range(len(order))])
    # A bool whose byte is neither 0 nor 1 is undefined behaviour further on: read bytes, then compare.
    raw = torch.frombuffer(bytearray(chunk), dtype=torch.uint8 if dtype == torch.bool else dtype)
    flat = raw != 0 if dtype == torch.bool else raw
    return flat.view(stored).permute([order.index(axis) for axis in range(len(order))])


def _may_be_a_key(value: Any) -> bool:
    if isinstance(value, int):
        return value.bit_length() < 64
    return value is None or isinstance(value, str | float)


def _type_name(value: Any) -> str:
    module = type(value).__module__
    return type(value).__name__ if module == "builtins" else f"{module}.{type(value).__name__}"


def _print(value: Any) -> str:
    try:
        return repr(value)[:200]
    except Exception:  # a student's __repr__ may raise anything
        return ""
