"""Calls that a scenario makes of an implementation, by the signatures of the student's own functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kata.execution.nested import map_tensors, tensors
from kata.execution.scenario import Scenario
from kata.judge.described import kind, short

MOST_CALLS = 50  # of a scenario, which may have a loop
MOST_NUMBERS = 400  # in the lines of a case; more are no help to whoever reads them
SHOWN_CALLS = 3
DIGITS = {torch.bfloat16: ".4g", torch.float16: ".5g"}  # as many as tell two of its numbers apart
KEPT = ("eval", "train", "to", "double", "float", "requires_grad_")  # methods of a module that give it back

Parameters = dict[str, list[str]]  # `function`, `Class`, `Class.method` -> parameters, `*` before the name of the rest


@dataclass(frozen=True, repr=False)
class Call:
    """A call: a function, its arguments, the number of positional ones, and the call that made its module, if any."""

    function: str
    arguments: dict[str, Any]
    positional: int
    module: Call | None = None

    def __repr__(self) -> str:
        """`CrossAttention(6, 5, num_heads=2)`"""
        return self.written({name: _word(name, value) for name, value in self.arguments.items()})

    def written(self, words: dict[str, str]) -> str:
        """Write the call with these words for its arguments."""
        given = [
            word if place < self.positional else f"{name}={word}" for place, (name, word) in enumerate(words.items())
        ]
        return f"{self.function}({', '.join(given)})"


def calls_of(scenario: Scenario, inputs: dict[str, Any], source: str) -> list[Call]:
    """Collect the scenario's calls, as far as it runs without real answers. `source` has the signatures.

    The scenario runs on a stand-in that notes calls and returns nothing of use: where a call depends on an earlier
    result, the notes end.
    """
    asked = Asked(parameters_of(source), inputs)
    try:
        scenario(asked, **map_tensors(lambda leaf: leaf.detach().clone(), inputs))
    except Exception:
        return asked.calls
    return asked.calls


def parameters_of(source: str) -> Parameters:
    """The parameters of the functions, classes and methods of this text, without `self`."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found = {node.name: _names(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found[owner.name] = []
        for method in (node for node in owner.body if isinstance(node, ast.FunctionDef)):
            name = owner.name if method.name == "__init__" else f"{owner.name}.{method.name}"
            found[name] = _names(method)[1:]
    return found


def lines_of(calls: Sequence[Call], inputs: dict[str, Any]) -> str:
    """Write the calls as lines to paste, with their numbers if these are few. `inputs` have the state of a module."""
    lines: list[str] = []
    known: dict[str, Any] = {}
    for call in calls[:SHOWN_CALLS]:
        if call.module and known.get("module") is not call.module:
            known["module"] = call.module
            lines += [f"module = {call.module}", *_state(inputs)]
        words = {name: _word(name, value) for name, value in call.arguments.items()}
        for name, value in call.arguments.items():
            if _has_tensors(value):
                words[name] = variable = _variable(name, value, known)
                lines += [] if variable in known else [_assigned(variable, value)]
                known[variable] = value
        lines.append(f"print({call.written(words)})")
    if len(calls) > SHOWN_CALLS:
        lines.append(f"# and {len(calls) - SHOWN_CALLS} more calls")
    has_names = re.search(r"[\[ -](inf|nan)\b", "\n".join(lines))
    return "\n".join(["import torch", *(["from math import inf, nan"] if has_names else []), *lines])


class Asked:
    """A stand-in for an implementation, which notes the calls of its functions."""

    def __init__(self, parameters: Parameters, inputs: dict[str, Any]):
        self.parameters = parameters
        self.inputs = inputs
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            made = self.note(name, name, args, named)
            return Module(self, made) if f"{name}.forward" in self.parameters else Nothing()

        return call

    def note(self, function: str, key: str, args: Any, named: dict[str, Any], module: Call | None = None) -> Call:
        if len(self.calls) >= MOST_CALLS:
            raise RuntimeError("enough")
        if self.calls and self.calls[-1] is module:
            self.calls.pop()  # the call of the module says how it was made
        call = Call(function, dict(_bound(self.parameters.get(key, []), args, named)), len(args), module)
        self.calls.append(call)
        return call


class Module:
    """A stand-in for a module: it has the state that the scenario loads, and notes the calls of its methods."""

    def __init__(self, asked: Asked, made: Call):
        self._asked = asked
        self._made = made

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._call("forward", "module", args, named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what Python asks of any object, and of one that is copied before it has these
            raise AttributeError(name)
        if name in KEPT:
            return lambda *_, **__: self
        if name == "state_dict":
            return lambda **_: self._state()
        if name == "named_parameters":
            return lambda **_: [(key, Nothing()) for key in self._state()]
        if name == "load_state_dict":
            return lambda *_, **__: None
        if f"{self._made.function}.{name}" not in self._asked.parameters:
            raise AttributeError(name)
        return lambda *args, **named: self._call(name, f"module.{name}", args, named)

    def _state(self) -> dict[str, Any]:
        return next(filter(_is_state, self._asked.inputs.values()), {})

    def _call(self, method: str, function: str, args: Any, named: dict[str, Any]) -> Nothing:
        self._asked.note(function, f"{self._made.function}.{method}", args, named, self._made)
        return Nothing()


class Nothing:
    """A stand-in for a result, whose parts are stand-ins, too."""

    def __getitem__(self, key: Any) -> Nothing:
        return self

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Nothing:
        return self

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("nothing came of a call that was only noted")


def _names(function: ast.FunctionDef) -> list[str]:
    given = function.args
    rest = [f"*{given.vararg.arg}"] if given.vararg else []
    return [argument.arg for argument in (*given.posonlyargs, *given.args)] + rest


def _bound(names: list[str], args: Sequence[Any], named: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    fixed = [name for name in names if not name.startswith("*")]
    rest = next((name[1:] for name in names if name.startswith("*")), "argument")
    for place, value in enumerate(args):
        yield (fixed[place] if place < len(fixed) else f"{rest}[{place - len(fixed)}]"), value
    yield from named.items()


def _has_tensors(value: Any) -> bool:
    return any(True for _ in tensors(value))


def _is_state(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(item, Tensor) for item in value.values())


def _word(name: str, value: Any) -> str:
    return name if _has_tensors(value) else short(value)


def _variable(name: str, value: Any, known: dict[str, Any]) -> str:
    """Choose a variable for an argument: its own name, with a number if another call gave it another value."""
    plain = name.replace("[", "_").replace("]", "")
    candidates = [plain, *(f"{plain}_{number}" for number in range(2, SHOWN_CALLS + 2))]
    return next(one for one in candidates if one not in known or _literal(known[one]) == _literal(value))


def _state(inputs: dict[str, Any]) -> Iterator[str]:
    state = next(filter(_is_state, inputs.values()), None)
    if state is not None:
        yield _assigned("state", state)
        yield "module.load_state_dict(state)"


def _assigned(variable: str, value: Any) -> str:
    parts = [tensor for _, tensor in tensors(value)]
    if sum(tensor.numel() for tensor in parts) > MOST_NUMBERS:
        return f"{variable} = ...  # {'; '.join(map(kind, parts))}: too many numbers to show"
    note = "" if all(tensor.is_contiguous() for tensor in parts) else "  # not contiguous in the test"
    return f"{variable} = {_literal(value)}{note}"


def _literal(value: Any) -> str:
    if isinstance(value, Tensor):
        where = "" if value.device.type == "cpu" else f', device="{value.device.type}"'
        if not value.numel() or value.device.type == "meta":
            return f"torch.empty({tuple(value.shape)}, dtype={value.dtype}{where})"
        return f"torch.tensor({_numbers(value.detach().cpu())}, dtype={value.dtype}{where})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        inner = ", ".join(map(_literal, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    return short(value)


def _numbers(tensor: Tensor) -> str:
    if tensor.dim():
        return f"[{', '.join(map(_numbers, tensor))}]"
    value = tensor.item()
    if not isinstance(value, float):
        return repr(value)
    if tensor.dtype in DIGITS:
        return format(value, DIGITS[tensor.dtype])
    return str(np.float32(value)) if tensor.dtype == torch.float32 else repr(value)
