"""Torch calls of a run: the names of the functions, and the words of the implementation's own text that call them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

from kata.execution.nested import tensors

BACKWARD = "backward"  # among the names of what runs while autograd's engine is at work
DEEP = 200  # frames of a recursion that are looked through for the line that began it

_TORCH = f"{Path(torch.__file__).parent}/"
# What stands between a function and whoever calls it, and is nobody's choice.
_PLUMBING = (
    "torch._ops", "torch._jit_internal", "torch._tensor", "torch.distributions.utils", "torch.nn.modules.container", "torch.nn.modules.module",
    "torch.optim.optimizer", "torch.overrides", "torch.utils._contextlib", "torch.utils._device",
)  # fmt: skip


class TorchCall(NamedTuple):
    """A torch function by one of its names, the implementation's text that calls it, and the line of that text.

    The line is 0 where none of the implementation's own had to do with it: its name may be torch's function itself.
    """

    name: str
    written: str
    line: int


@dataclass(frozen=True)
class _Place:
    """The place that torch was called from: a line of the implementation, and the torch functions in between.

    `owner` is the class whose method that line called, which may have it from another one.
    """

    line: int
    below: tuple[CodeType, ...]  # between that line and the call, the innermost first
    above: tuple[CodeType, ...]  # between that line and the first line of the implementation
    owner: type | None


class TorchCalls:
    """A watch on torch's calls, which with `costs` also counts what they take.

    Operators are noted under the names that Python gives them and that aten does: `F.multi_head_attention_forward`
    decomposes before aten sees it, and `torch.ops.aten` passes by the Python functions. What is written in Python
    alone, as torch's optimizers are, is known by the functions that the call goes through. An alias changes none of
    them.
    """

    def __init__(self, file: str, *, costs: bool):
        self.file = file
        self.costs = costs
        self.calls = 0
        self.largest = 0
        self.flops = 0
        self.called: tuple[Any, int] = (None, 0)  # the function of torch's that Python is in, and from which line
        self._outside: FrameType | None = None
        self._seen: dict[tuple[Any, Any, _Place, bool], None] = {}  # named only at the end: few things run often

    @property
    def notes(self) -> list[TorchCall]:
        """List each name once, in the order of first use."""
        found: dict[str, TorchCall] = {}
        for func, caller, place, backward in self._seen:
            written = _written(func, caller, place, backward=backward)
            names = [_name(func), *map(_dotted, place.below + place.above), *([BACKWARD] if backward else [])]
            for name in names:
                found.setdefault(name, TorchCall(name, written, place.line))
        return list(found.values())

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        self._outside = sys._getframe(2)  # of whoever says `with`: what is above it is ours, and deep under pytest
        try:
            with _Dispatched(self), _Called(self):
                yield
        finally:
            self._outside = None  # or a frame and what it holds would outlive the call

    def note(self, func: Any, frame: FrameType | None) -> int:
        """Note a call of a function of torch's, and say which line it came from."""
        place = _place(frame, self._outside, self.file)
        caller, line = self.called
        backward = torch._C._current_autograd_node() is not None
        self._seen[func, caller if line == place.line else None, place, backward] = None
        return place.line

    def count(self, name: str, result: Any, args: Any) -> None:
        self.calls += 1
        given = [leaf for _, leaf in tensors(args) if leaf.layout == torch.strided]
        if name in ("aten::mm", "aten::bmm", "aten::addmm", "aten::baddbmm"):  # what every product comes down to
            self.flops += 2 * result.numel() * given[-1].shape[-2]
        known = {leaf.untyped_storage().data_ptr() for leaf in given}
        for _, leaf in tensors(result):
            if leaf.layout != torch.strided:
                continue
            storage = leaf.untyped_storage()
            if storage.data_ptr() not in known:
                self.largest = max(self.largest, storage.nbytes() // max(1, leaf.element_size()))


class _Dispatched(TorchDispatchMode):  # type: ignore[no-untyped-call]
    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep torch from loading its compiler, which takes a second, to protect code that is not compiled here."""
        return False

    def __init__(self, calls: TorchCalls):
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls = calls

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.calls.note(func, _caller())
        result = func(*args, **(kwargs or {}))
        if self.calls.costs:
            self.calls.count(func._schema.name, result, [args, kwargs or {}])
        return result


class _Called(TorchFunctionMode):
    def __init__(self, calls: TorchCalls):
        super().__init__()
        self.calls = calls

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        line = self.calls.note(func, _caller())
        before, self.calls.called = self.calls.called, (func, line)
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self.calls.called = before


def _caller() -> FrameType | None:
    """The frame that called whoever asks. The backward pass of a card runs in a thread of torch's own, where none did."""
    try:
        return sys._getframe(2)
    except ValueError:
        return None


def _place(frame: FrameType | None, outside: FrameType | None, file: str) -> _Place:
    """Look up the stack, no further than the implementation's first line: what a scenario goes through is its own."""
    trail: list[CodeType] = []
    line, inner, outer, owner = 0, 0, 0, None
    for _ in range(DEEP):
        if frame is None or frame is outside:
            break
        code = frame.f_code
        if code.co_filename == file:
            if not line:
                line, inner = frame.f_lineno, len(trail)
            outer = len(trail)
        elif code.co_filename.startswith(_TORCH) and not _is_plumbing(code):
            if line:
                trail.append(code)
            elif code.co_name in ("__init__", "reset_parameters"):
                trail.clear()  # what a layer draws for a start is no choice of whoever makes it
            else:
                trail.append(code)
                owner = type(frame.f_locals["self"]) if code.co_varnames[:1] == ("self",) else None
        frame = frame.f_back
    if not line:
        return _Place(0, tuple(trail), (), owner)
    return _Place(line, tuple(trail[:inner]), tuple(trail[inner:outer]), owner)


@cache
def _is_plumbing(code: CodeType) -> bool:
    return _module(code) in _PLUMBING or code.co_name == "_no_grad_wrapper"


@cache
def _module(code: CodeType) -> str:
    path = code.co_filename.removeprefix(_TORCH).removesuffix(".py").removesuffix("/__init__")
    return f"torch.{path.replace('/', '.')}" if path != "__init__" else "torch"


@cache
def _dotted(code: CodeType) -> str:
    """`torch.nn.modules.activation.Softmax.forward`"""
    return f"{_module(code)}.{_qualified(code)}"


def _qualified(code: CodeType) -> str:
    return getattr(code, "co_qualname", code.co_name)  # Python 3.10 has none


@cache
def _public(code: CodeType, owner: type | None) -> str:
    """The name that a student knows it by: `torch.nn.Softmax` for the `forward` above."""
    module, name = _module(code), _qualified(code).partition(".")[0]
    if owner and owner.__module__.startswith("torch."):
        module, name = owner.__module__, owner.__qualname__
    parts = module.split(".")
    for package in (".".join(parts[:length]) for length in range(1, len(parts))):
        if getattr(getattr(sys.modules.get(package), name, None), "__module__", None) == module:
            return f"{package}.{name}"
    if module.startswith("torch._functorch.") and hasattr(torch.func, name):
        return f"torch.func.{name}"
    public = name.lstrip("_")  # one of two functions behind a public face: `_max_pool1d`
    return f"{module}.{public if hasattr(sys.modules.get(module), public) else name}"


def _name(func: Any) -> str:
    return func._schema.name.removeprefix("aten::") if hasattr(func, "_schema") else getattr(func, "__name__", "")


def _written(func: Any, caller: Any, place: _Place, *, backward: bool) -> str:
    if place.below:
        return _public(place.below[-1], place.owner)
    if caller is None and backward:
        return "torch.autograd (backward)"
    func = func if caller is None else caller
    known = resolve_name(func)
    if known is None:
        return _name(func)
    if isinstance(func, torch._ops.OpOverload | torch._ops.OpOverloadPacket):
        return f"torch.ops.{known}"
    known = known.removeprefix("torch.") if known.startswith("torch.Tensor.") else known
    return "@ (Tensor.matmul)" if known == "Tensor.matmul" else known  # torch cannot tell one from the other
